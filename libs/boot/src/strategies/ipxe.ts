// iPXE, in the ROM of a network card or loaded by firmware: it is told its script, which ends the loop in which it would load itself.
// Option 77 does not tell one from the other, and there is no need to.
import { encodeIpxe, IpxeSubOption } from "@leasehold/protocol";
import { type BootAnswer, option } from "../boot-answer.ts";
import { nextServerOf } from "../boot-place.ts";
import { filled, urlFor } from "../urls.ts";
import { pxelinuxOptions } from "./pxelinux.ts";
import { type BootCase, type BootStrategy, identifierOf } from "./strategy.ts";

/** Octets of `file`, without the NUL that ends it. */
const FILE_MAX = 127;
// Without it iPXE waits for other servers' offers, and takes the last of two that are alike: three seconds a boot.
const NO_PROXY_DHCP = encodeIpxe(new Map([[IpxeSubOption.noProxyDhcp, Uint8Array.of(1)]]));

export const ipxe: BootStrategy = {
  name: "iPXE",
  fits: ({ isIpxe }) => isIpxe,
  answer: scriptFor,
};

export function scriptFor(one: BootCase): BootAnswer | string {
  const { client, host, place } = one;
  const { script } = place.settings;
  if (script === undefined) return "boot.script is not set";
  const url = script.startsWith("/") ? urlFor(client, place) : "";
  if (url === undefined) return "boot.urls is not set";
  const file = url + filled(script, client, host, place);
  const isLong = file.length > FILE_MAX;
  return {
    nextServer: nextServerOf(place),
    // iPXE prefers it to option 67, which it takes where `file` is empty.
    file: isLong ? "" : file,
    options: [
      ...(isLong ? [option("bootFileName", file)] : []),
      // Never option 60: with "PXEClient" iPXE asks port 4011, for four seconds where nobody answers there.
      [175, NO_PROXY_DHCP],
      ...identifierOf(client),
      ...pxelinuxOptions(file, place.settings),
    ],
  };
}
