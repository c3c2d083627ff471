// What this node sees of boots, into the stream dhcp-boot-log; and what the other nodes see, from it as it comes. Nothing waits for it.
import { readBootEvent } from "@leasehold/boot";
import { type BootLogOutcome, BootLogWriter, type Bus, onBootLog, Wrong } from "@leasehold/bus";
import { parseHardwareAddress } from "@leasehold/protocol";
import type { Events, SeenBoot } from "../../telemetry/events.ts";

export class NodeBootLog {
  private readonly node: string;
  private readonly events: Pick<Events, "boot">;
  private writer: BootLogWriter | undefined;

  constructor(node: string, events: Pick<Events, "boot">) {
    this.node = node;
    this.events = events;
  }

  follow(bus: Bus): void {
    const writer = new BootLogWriter(bus);
    this.writer = writer;
    this.events.boot.subscribe(({ mac, event }) => {
      if (event.node === this.node) writer.add(mac, event);
    });
    onBootLog(bus, readSeen, (seen) => {
      if (seen.event.node !== this.node) this.events.boot.tell(seen);
    });
  }

  /** What became of this node's events on their way into the stream. */
  get stored(): ReadonlyMap<BootLogOutcome, number> {
    return this.writer?.counts ?? new Map();
  }

  get pending(): number {
    return this.writer?.pending ?? 0;
  }
}

function readSeen(key: string, value: unknown): SeenBoot | Wrong {
  const mac = parseHardwareAddress(key);
  const event = readBootEvent(value);
  if (mac === undefined) return new Wrong(key, "a hardware address in hex");
  return event === undefined ? new Wrong("another form", "an event of a boot") : { mac, event };
}
