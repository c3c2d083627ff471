// Adds to the stream dhcp-boot-log, beside what answers machines: nobody waits for it. At most so many events are on their way and so many
// wait; what is beyond that, or comes while NATS is away, is dropped and counted.
import { BOOT_LOG_PREFIX } from "../bucket/objects.ts";
import type { Bus } from "../connection/connection.ts";
import { jsonMessage } from "../node-to-node/message.ts";
import { bootLogKey } from "./boot-log.ts";

const WAITING_MAX = 4096;
const UNDER_WAY_MAX = 64;
const ANSWER_MS = 5_000;

/**
 * `stored`: the stream has it. `dropped`: too many were waiting. `disconnected`: NATS was away. `unanswered`: nothing was said in time, or
 * nobody has the stream. `refused`: the stream did not take it.
 */
const BOOT_LOG_OUTCOMES = ["stored", "dropped", "disconnected", "unanswered", "refused"] as const;
export type BootLogOutcome = (typeof BOOT_LOG_OUTCOMES)[number];

export interface BootLogLimits {
  readonly waiting: number;
  readonly underWay: number;
}

export class BootLogWriter {
  readonly #bus: Pick<Bus, "nc" | "connected">;
  readonly #limits: BootLogLimits;
  readonly #counts = new Map<BootLogOutcome, number>(BOOT_LOG_OUTCOMES.map((outcome) => [outcome, 0]));
  readonly #waiting: { readonly subject: string; readonly event: unknown }[] = [];
  #underWay = 0;
  #isDue = false;

  constructor(
    bus: Pick<Bus, "nc" | "connected">,
    limits: BootLogLimits = { waiting: WAITING_MAX, underWay: UNDER_WAY_MAX },
  ) {
    this.#bus = bus;
    this.#limits = limits;
  }

  get counts(): ReadonlyMap<BootLogOutcome, number> {
    return this.#counts;
  }

  /** What waits or is on its way. */
  get pending(): number {
    return this.#waiting.length + this.#underWay;
  }

  /** Never throws, and takes no longer than to put it into a queue. */
  add(mac: string, event: unknown): void {
    if (this.#waiting.length >= this.#limits.waiting) {
      this.#count("dropped");
      return;
    }
    this.#waiting.push({ subject: `${BOOT_LOG_PREFIX}.${bootLogKey(mac)}`, event });
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#underWay < this.#limits.underWay) {
      const one = this.#waiting.shift();
      if (one === undefined) return;
      if (this.#bus.connected) void this.#store(one.subject, one.event);
      else this.#count("disconnected");
    }
  }

  async #store(subject: string, event: unknown): Promise<void> {
    this.#underWay++;
    this.#count(await this.#outcomeOf(subject, event));
    this.#underWay--;
    this.#send();
  }

  async #outcomeOf(subject: string, event: unknown): Promise<BootLogOutcome> {
    try {
      const reply = await this.#bus.nc.request(subject, jsonMessage(event), { timeout: ANSWER_MS });
      return reply.json<{ error?: unknown }>().error === undefined ? "stored" : "refused";
    } catch {
      return "unanswered";
    }
  }

  #count(outcome: BootLogOutcome): void {
    this.#counts.set(outcome, this.#counts.get(outcome)! + 1);
  }
}
