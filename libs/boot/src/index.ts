// How a machine boots over the network: what it is told by DHCP, and why. Pure.

export { BOOT_OPTIONS, type BootAnswer } from "./boot-answer.ts";
export { type BootChoice, bootChoice } from "./boot-choice.ts";
export { bootClientOf, mayBoot } from "./boot-client.ts";
export { BootLoops } from "./boot-loops.ts";
export type { BootPlace } from "./boot-place.ts";
export { profileIn } from "./profiles/chosen-profile.ts";
export type { BootMachine, BootNode } from "./profiles/machine.ts";
export { type BootScript, bootScript, type ScriptQuestion } from "./scripts/boot-script.ts";
export { entryScript } from "./scripts/entry-script.ts";
export { loopScript } from "./scripts/loop-script.ts";
export {
  type BootEvent,
  readBootEvent,
  stageArch,
  storableBootEvent,
} from "./timeline/boot-event.ts";
export { findingOf } from "./timeline/boot-findings.ts";
export { bootEventInWords } from "./timeline/boot-in-words.ts";
export { lastBoot } from "./timeline/last-boot.ts";
