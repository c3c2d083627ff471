// Machines that boot again and again: counted, and one alarm for all of them, which names the newest.
import { BootLoops } from "@leasehold/boot";
import type { Clocks } from "../ports.ts";
import type { Asked, Grant } from "../reply/asked.ts";
import { bootStageOf } from "../reply/boot.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { NodeWorld } from "../views/node-world.ts";

export interface BootWatchParts {
  readonly world: NodeWorld;
  readonly counters: Counters;
  readonly clocks: Clocks;
}

export class BootWatch {
  private readonly parts: BootWatchParts;
  private readonly loops = new BootLoops();

  constructor(parts: BootWatchParts) {
    this.parts = parts;
  }

  /** An ACK leaves that tells a client what to load. */
  noteAcknowledged(asked: Asked, decision: Grant): void {
    const { world, counters, clocks } = this.parts;
    const stage = bootStageOf(asked, decision);
    if (stage === undefined) return;
    const { mac, xid } = { mac: asked.request.mac, xid: asked.packet.xid };
    const { times, withinMs } = this.loops.limits;
    const now = clocks.steady();
    if (!this.loops.note({ mac, stage, xid }, now)) return;
    counters.count("anomalies", "boot-loop");
    const often = `${times} times within ${withinMs / 60_000} minutes`;
    const sentence = `${mac} boots again and again: the server answered it as ${stage} ${often}. Look at its console, and at \`leasehold explain ${mac}\`.`;
    world.alarms.raise("boot-loop", { sentence, fields: { mac, stage }, isOwn: true }, now + withinMs);
  }
}
