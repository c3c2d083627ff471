// A Raspberry Pi puts its serial number, or its hardware address, before each name: "9ffefdef/start4.elf", "dc-a6-32-01-02-03/start4.elf".
// A site that has such a folder is served from it; without one, all of them get the same files.
import type { Route } from "./route.ts";

const PREFIX = /^([0-9a-f]{8}|[0-9a-f]{2}(-[0-9a-f]{2}){5})$/;

export const raspberryPi: Route = {
  name: "raspberry-pi",
  async answer({ path }, { files }) {
    const [prefix = "", ...rest] = path;
    if (rest.length === 0 || !PREFIX.test(prefix)) return undefined;
    const file = await files.open(rest);
    return typeof file === "string" ? undefined : { kind: "file", file };
  },
};
