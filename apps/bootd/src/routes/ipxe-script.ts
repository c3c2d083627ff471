// The machine's own script for iPXE: `/boot/ipxe` is our name for it; `/boot/v1/bootscript` is that of BSS, to which coresmd sends machines.
import { machineScript } from "./machine-script.ts";
import type { Route } from "./route.ts";

const NAMES: ReadonlySet<string> = new Set(["boot/ipxe", "boot/v1/bootscript"]);

export const ipxeScript: Route = {
  name: "ipxe-script",
  answer: (asked, parts) =>
    NAMES.has(asked.path.join("/")) ? machineScript(asked, parts, { format: "ipxe" }) : undefined,
};
