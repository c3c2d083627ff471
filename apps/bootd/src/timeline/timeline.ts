// What this boot server sees of boots: counted by stage, told to the others and kept in the stream, beside what answers machines.
import { type BootEvent, readBootEvent, stageArch } from "@leasehold/boot";
import { type BootLogOutcome, BootLogWriter, type Bus, onBootLog, Wrong } from "@leasehold/bus";
import { type Mac, parseHardwareAddress } from "@leasehold/protocol";
import type { Served } from "../served/served.ts";
import { type SeenBoot, seenBoot, stageOf } from "./boot-events.ts";
import type { ScriptLoops } from "./script-loops.ts";

export interface TimelineParts {
  readonly node: string;
  readonly loops: ScriptLoops;
  /** ms since the epoch. */
  readonly wall: () => number;
  readonly onLoop: (mac: Mac, event: BootEvent) => void;
}

export interface StageCount {
  readonly stage: string;
  readonly outcome: string;
  readonly arch: string;
  count: number;
}

export class Timeline {
  readonly #parts: TimelineParts;
  readonly #stages = new Map<string, StageCount>();
  #writer: BootLogWriter | undefined;

  constructor(parts: TimelineParts) {
    this.#parts = parts;
  }

  follow(bus: Bus): void {
    this.#writer = new BootLogWriter(bus);
    onBootLog(bus, readSeen, ({ mac, event }) => {
      if (event.node !== this.#parts.node) this.#parts.loops.note(mac, event);
    });
  }

  /** In words, where a machine boots again and again by the script of this profile. */
  loopOf(mac: Mac | undefined, profile: string): string | undefined {
    return this.#parts.loops.loopOf(mac, profile);
  }

  /** A request has ended. Never throws. */
  readonly note = (served: Served): void => {
    this.#count(served);
    const { node, loops, wall, onLoop } = this.#parts;
    const seen = seenBoot(served, { node, at: wall() });
    if (seen === undefined) return;
    if (loops.note(seen.mac, seen.event)) onLoop(seen.mac, seen.event);
    this.#writer?.add(seen.mac, seen.event);
  };

  /** By stage, outcome and processor, each a closed set. */
  get stages(): Iterable<StageCount> {
    return this.#stages.values();
  }

  /** What became of events on their way into the stream. */
  get stored(): ReadonlyMap<BootLogOutcome, number> {
    return this.#writer?.counts ?? new Map();
  }

  get pending(): number {
    return this.#writer?.pending ?? 0;
  }

  #count(served: Served): void {
    const [stage, arch] = [stageOf(served), stageArch(served.arch)];
    const { outcome } = served;
    const key = `${stage} ${outcome} ${arch}`;
    const known = this.#stages.get(key) ?? { stage, outcome, arch, count: 0 };
    this.#stages.set(key, known);
    known.count++;
  }
}

function readSeen(key: string, value: unknown): SeenBoot | Wrong {
  const mac = parseHardwareAddress(key);
  const event = readBootEvent(value);
  if (mac === undefined) return new Wrong(key, "a hardware address in hex");
  return event === undefined ? new Wrong("another form", "an event of a boot") : { mac, event };
}
