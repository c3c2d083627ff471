// GRUB's configuration, in whatever folder its build looks: Debian's signed image asks for `/grub/grub.cfg` only, others by hardware address and
// address first, as pxelinux does.
import { machineScript } from "./machine-script.ts";
import type { Route } from "./route.ts";

const NAME = /^grub\.cfg(-01(?<mac>(-[0-9a-f]{2}){6})|-(?<address>[0-9A-F]{8}))?$/i;

export const grubConfig: Route = {
  name: "grub-config",
  answer(asked, parts) {
    const found = NAME.exec(asked.path.at(-1) ?? "");
    if (found === null) return undefined;
    const { mac, address } = found.groups ?? {};
    const machine =
      mac === undefined
        ? parts.machine
        : parts.identify({ ...asked, query: new Map([["mac", mac.slice(1)]]) });
    const isOptional = mac !== undefined || address !== undefined;
    return machineScript(asked, { ...parts, machine }, { format: "grub", isOptional });
  },
};
