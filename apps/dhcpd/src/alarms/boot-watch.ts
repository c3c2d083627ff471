// What a node sees of boots: each OFFER and ACK of a client that boots is counted, and an event for whoever keeps these. Machines that boot
// again and again raise one alarm for all of them, which names the newest: the ACKs of all nodes count, and the node whose ACK makes it a loop raises it.
import { type BootChoice, type BootEvent, BootLoops } from "@leasehold/boot";
import { formatIpv4 } from "@leasehold/protocol";
import type { Clocks } from "../ports.ts";
import type { Asked, Grant } from "../reply/asked.ts";
import { bootChoiceFor } from "../reply/boot.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { Events, SeenBoot } from "../telemetry/events.ts";
import type { NodeWorld } from "../views/node-world.ts";

export interface BootWatchParts {
  readonly world: NodeWorld;
  readonly counters: Counters;
  readonly events: Pick<Events, "boot">;
  readonly clocks: Clocks;
}

const BOOT_FILE_NAME = 67;

export class BootWatch {
  private readonly parts: BootWatchParts;
  private readonly loops = new BootLoops();

  constructor(parts: BootWatchParts) {
    this.parts = parts;
    parts.events.boot.subscribe((seen) => this.noteElsewhere(seen));
  }

  /** A grant leaves, at a place where the document says something of booting. */
  note(asked: Asked, decision: Grant): void {
    const choice = bootChoiceFor(asked, decision);
    if (choice?.strategy === undefined) return;
    const { counters, events } = this.parts;
    const event = this.eventOf(asked, decision, choice);
    counters.count("boots", `${event.stage} ${event.outcome} ${event.arch}`);
    events.boot.tell({ mac: asked.request.mac, event });
    if (decision.reply === "ACK" && choice.answer !== undefined)
      this.noteAcknowledged(asked, choice.strategy);
  }

  private eventOf({ packet }: Asked, { reply, address }: Grant, choice: BootChoice): BootEvent {
    const { strategy, architecture, answer, missing, profile } = choice;
    const url = answer?.options.find(([code]) => code === BOOT_FILE_NAME)?.[1];
    const file = answer && (answer.file || (url === undefined ? "" : Buffer.from(url).toString("latin1")));
    return {
      ...{ at: this.parts.clocks.now(), node: this.parts.world.node, via: "dhcp", strategy },
      ...{ stage: reply === "ACK" ? "ack" : "offer", outcome: answer === undefined ? "missing" : "answered" },
      ...{ arch: architecture?.processor ?? "unknown", file, address: formatIpv4(address) },
      ...{
        server: answer && formatIpv4(answer.nextServer),
        profile: profile.id,
        detail: missing,
        xid: packet.xid,
      },
    };
  }

  private noteElsewhere({ mac, event: { node, stage, outcome, strategy, xid } }: SeenBoot): void {
    if (node === this.parts.world.node) return;
    if (stage !== "ack" || outcome !== "answered" || strategy === undefined || xid === undefined) return;
    this.loops.note({ mac, stage: strategy, xid }, this.parts.clocks.steady());
  }

  /** An ACK leaves that tells a client what to load. */
  private noteAcknowledged({ request, packet }: Asked, stage: string): void {
    const { world, counters, clocks } = this.parts;
    const { mac } = request;
    const { times, withinMs } = this.loops.limits;
    const now = clocks.steady();
    if (!this.loops.note({ mac, stage, xid: packet.xid }, now)) return;
    counters.count("anomalies", "boot-loop");
    const often = `${times} times within ${withinMs / 60_000} minutes`;
    const sentence = `${mac} boots again and again: the server answered it as ${stage} ${often}. Look at its console, and at \`leasehold boot why ${mac}\`.`;
    world.alarms.raise("boot-loop", { sentence, fields: { mac, stage }, isOwn: true }, now + withinMs);
  }
}
