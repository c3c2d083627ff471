// A PXE ROM (RFC 4578, PXE 2.1): one OFFER with all that it needs, after which it asks nobody else.
import { DiscoveryControl, type EncodedOption, encodePxe, formatIpv4 } from "@leasehold/protocol";
import { type BootAnswer, option } from "../boot-answer.ts";
import { nextServerOf } from "../boot-place.ts";
import { pxelinuxOptions } from "./pxelinux.ts";
import { type BootCase, type BootStrategy, identifierOf, loaderOf } from "./strategy.ts";

// 06 01 08 ff. Option 60 without it sends the firmware to port 4011, and to the next boot device when nobody answers there.
const NO_DISCOVERY = encodePxe({ discoveryControl: DiscoveryControl.SKIP_DISCOVERY });

export const pxe: BootStrategy = {
  name: "PXE",
  fits: ({ vendorClass }) => vendorClass.startsWith("PXEClient"),
  answer(one: BootCase): BootAnswer | string {
    const found = loaderOf(one);
    if ("missing" in found) return found.missing;
    const { client, place } = one;
    const nextServer = nextServerOf(place);
    return {
      nextServer,
      file: found.loader,
      options: [
        [43, NO_DISCOVERY],
        option("vendorClassIdentifier", "PXEClient"),
        ...asked(client.wants, [
          option("tftpServerName", formatIpv4(nextServer)),
          option("bootFileName", found.loader),
        ]),
        ...identifierOf(client),
        ...pxelinuxOptions(found.loader, place.settings),
      ],
    };
  },
};

/** Some firmware reads siaddr and file, some the options that say the same. */
function asked(wants: Uint8Array, options: readonly EncodedOption[]): readonly EncodedOption[] {
  return options.filter(([code]) => wants.includes(code));
}
