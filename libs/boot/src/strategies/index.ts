// The boot strategies: the first one that a client fits counts. Adding one: a file beside this one, and its line here.
import { httpBoot } from "./http-boot.ts";
import { ipxe } from "./ipxe.ts";
import { ownLoader } from "./own-loader.ts";
import { pxe } from "./pxe.ts";
import { raspberryPi } from "./raspberry-pi.ts";
import type { BootStrategy } from "./strategy.ts";
import { uBoot } from "./u-boot.ts";

export const BOOT_STRATEGIES: readonly BootStrategy[] = [
  // What is loaded already comes first: it states the same vendor class as the firmware that loaded it, and would load itself again.
  ownLoader,
  ipxe,
  httpBoot,
  uBoot,
  raspberryPi,
  pxe,
];
