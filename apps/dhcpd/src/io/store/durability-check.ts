// Asks the NATS servers' monitoring whether they write to disk before they acknowledge, and does by the node's policy.

import { BusError } from "@leasehold/bus";
import { reasonOf } from "@leasehold/document/operator-error";
import { type Durability, type ServerSync, syncOf, weakestOf } from "../../store/durability.ts";

const PATIENCE_MS = 2000;
/** A server that comes back may have been given another configuration. */
const AGAIN_AFTER_MS = 30_000;
const FIX =
  "Set `sync_interval: always` in the jetstream block of every nats-server (infra/nats/leasehold.conf), or `nats.durability: warn` in node.yaml to accept the loss.";

/** The part of a log that is needed. */
export type Lines = Readonly<Record<"warn" | "error", (what: object, sentence: string) => void>>;

export interface DurabilityPolicy {
  readonly monitoring?: readonly string[] | undefined;
  readonly durability: "require" | "warn";
}

export class DurabilityCheck {
  private readonly policy: DurabilityPolicy;
  private readonly log: Lines;
  private timer: NodeJS.Timeout | undefined;
  private told = "";
  durability: Durability = "unknown";

  constructor(policy: DurabilityPolicy, log: Lines) {
    this.policy = policy;
    this.log = log;
  }

  /** @throws BusError when the policy is `require`, and a server does not, or none can be asked. */
  async atStart(): Promise<void> {
    const isRequired = this.policy.durability === "require";
    if (isRequired && this.policy.monitoring === undefined) {
      throw new BusError(
        "nats.durability is `require`, but nats.monitoring does not say where to ask.",
        "Set nats.monitoring to the monitoring addresses of the NATS servers, such as http://127.0.0.1:8222.",
      );
    }
    const { durability, found } = await this.look();
    if (isRequired && durability === "interval") {
      throw new BusError(
        `A NATS server has ${found}: a power cut can lose leases that were acknowledged.`,
        FIX,
      );
    }
    if (this.policy.monitoring !== undefined)
      this.timer = setInterval(() => void this.look(), AGAIN_AFTER_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<ServerSync> {
    const weakest = weakestOf(await Promise.all((this.policy.monitoring ?? []).map(ask)));
    this.durability = weakest.durability;
    this.tell(weakest);
    return weakest;
  }

  private tell({ durability, found }: ServerSync): void {
    if (found === this.told) return;
    this.told = found;
    if (durability === "interval")
      this.log.error({ found, fix: FIX }, "NATS acknowledges writes before it calls fsync");
    if (durability === "unknown")
      this.log.warn({ found }, "cannot determine whether NATS calls fsync before it acknowledges writes");
  }
}

async function ask(server: string): Promise<ServerSync> {
  try {
    const reply = await fetch(new URL("/varz", server), { signal: AbortSignal.timeout(PATIENCE_MS) });
    return syncOf(await reply.json());
  } catch (cause) {
    return { durability: "unknown", found: `${server}: ${reasonOf(cause)}` };
  }
}
