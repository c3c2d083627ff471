// `boot.scr.uimg`, which U-Boot asks for before anything that DHCP names. Where the document has nothing for the machine, or nothing that U-Boot can
// do, it goes on with the loader that DHCP names.
import { machineScript } from "./machine-script.ts";
import type { Route } from "./route.ts";

export const uBootScript: Route = {
  name: "u-boot-script",
  answer: (asked, parts) =>
    asked.path.at(-1) === "boot.scr.uimg"
      ? machineScript(asked, withProcessor(parts), { format: "u-boot", isOptional: true })
      : undefined,
};

/** None but U-Boot on ARM has been seen to ask for it. */
function withProcessor(parts: Parameters<Route["answer"]>[1]): Parameters<Route["answer"]>[1] {
  const { machine } = parts;
  if ("kind" in machine || machine.arch !== undefined || machine.host?.arch !== undefined) return parts;
  return { ...parts, machine: { ...machine, arch: "arm64" } };
}
