// The boot ROM of a Raspberry Pi: it takes a reply whose option 43 has a menu with this very line, and then loads files by names of its
// own from siaddr.
import { DiscoveryControl, encodePxe } from "@leasehold/protocol";
import { type BootAnswer, option } from "../boot-answer.ts";
import { nextServerOf } from "../boot-place.ts";
import { type BootCase, type BootStrategy, identifierOf } from "./strategy.ts";

const RASPBERRY_PI_BOOT = 41;
const MENU = encodePxe({
  discoveryControl: DiscoveryControl.SKIP_DISCOVERY,
  bootMenu: [{ type: 0, description: "Raspberry Pi Boot" }],
  menuPrompt: { timeout: 0, prompt: "PXE" },
});

export const raspberryPi: BootStrategy = {
  name: "Raspberry Pi",
  fits: ({ architectures }) => architectures.includes(RASPBERRY_PI_BOOT),
  answer({ client, place }: BootCase): BootAnswer {
    return {
      nextServer: nextServerOf(place),
      file: place.settings.loaders["raspberry-pi"] ?? "",
      options: [[43, MENU], option("vendorClassIdentifier", "PXEClient"), ...identifierOf(client)],
    };
  },
};
