// How a machine boots over the network: what it is told by DHCP, and why. Pure.

export { BOOT_OPTIONS, type BootAnswer } from "./boot-answer.ts";
export { type BootChoice, bootChoice } from "./boot-choice.ts";
export { bootClientOf, mayBoot } from "./boot-client.ts";
export { BootLoops } from "./boot-loops.ts";
export type { BootPlace } from "./boot-place.ts";
