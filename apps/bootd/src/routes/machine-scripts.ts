// Scripts of the machine that asks, by the names that loaders and other servers' users know.

import { machineScript } from "./machine-script.ts";
import type { Route } from "./route.ts";

/** `/boot/ipxe` is ours; `/boot/v1/bootscript` is that of BSS, as coresmd sends machines to it. */
const IPXE_NAMES: ReadonlySet<string> = new Set(["boot/ipxe", "boot/v1/bootscript"]);

export const ipxeScript: Route = {
  name: "ipxe-script",
  answer: (asked, parts) => (IPXE_NAMES.has(asked.path.join("/")) ? machineScript(asked, parts) : undefined),
};
