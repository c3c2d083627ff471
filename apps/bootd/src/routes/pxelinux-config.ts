// What pxelinux and U-Boot's command `pxe` ask for, one name after the other: by UUID in the order of the wire, by hardware address, by address in
// hexadecimal digits, fewer of them each time, and `default`. A machine gets its script by the first that names it; why there is none, it is told by
// the last.
import { machineScript } from "./machine-script.ts";
import type { Route } from "./route.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HARDWARE = /^01(-[0-9a-f]{2}){6}$/i;
const ADDRESS = /^[0-9A-F]{8}$/;

/** The parameters that say the same. */
function namedIn(name: string): ReadonlyMap<string, string> | undefined {
  if (UUID.test(name)) return new Map([["uuid", name]]);
  if (HARDWARE.test(name)) return new Map([["mac", name]]);
  return ADDRESS.test(name) || name === "default" ? new Map() : undefined;
}

export const pxelinuxConfig: Route = {
  name: "pxelinux-config",
  answer(asked, parts) {
    const [folder, name = ""] = asked.path.slice(-2);
    const query = folder === "pxelinux.cfg" ? namedIn(name) : undefined;
    if (query === undefined) return undefined;
    const machine = parts.identify({ ...asked, query });
    return machineScript(
      asked,
      { ...parts, machine },
      { format: "pxelinux", isOptional: name !== "default" },
    );
  },
};
