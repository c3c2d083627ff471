// From what is asked to what is answered, by TFTP and HTTP alike: who asks, by which route, and what became of it.
import { type AskingMachine, askingMachine } from "./machines/asking-machine.ts";
import { HostsByName } from "./machines/hosts-by-name.ts";
import type { Knowledge } from "./machines/knowledge.ts";
import { machineNamesIn } from "./machines/machine-names.ts";
import type { Files, RouteParts, Upstream } from "./routes/route.ts";
import { routed } from "./routes.ts";
import { type Answer, type Refusal, refused } from "./served/answer.ts";
import type { Asked } from "./served/asked.ts";
import type { Served } from "./served/served.ts";

export interface DeskParts {
  readonly node: string;
  readonly files: Files;
  readonly upstream: Upstream;
  readonly knowledge: Knowledge;
  /** What is missing before scripts can be made; undefined when nothing is. */
  readonly missing: () => string | undefined;
  /** By this machine's clock, ms since the epoch. */
  readonly wall: () => number;
  readonly onFault: (cause: unknown, asked: Asked) => void;
  readonly onOtherScript: (served: Pick<Served, "mac" | "host" | "client">, reason: string) => void;
}

export interface Replied extends Pick<Served, "route" | "mac" | "host"> {
  readonly answer: Answer;
}

export class Desk {
  readonly #parts: DeskParts;
  readonly #hosts: HostsByName;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#hosts = new HostsByName(parts.knowledge.inventory);
  }

  /** Never rejects. */
  readonly reply = async (asked: Asked): Promise<Replied> => {
    // Of one request the views are asked once: what it is answered is of one moment.
    const machine = this.#machine(asked);
    const isKnown = !("kind" in machine);
    const who = isKnown ? { mac: machine.mac, host: machine.host?.id } : {};
    try {
      return { ...who, ...(await routed(asked, this.#routeParts(machine))) };
    } catch (cause) {
      this.#parts.onFault(cause, asked);
      return {
        ...who,
        route: undefined,
        answer: refused("unavailable", "It cannot be read now; the log says why."),
      };
    }
  };

  #routeParts(machine: AskingMachine | Refusal): RouteParts {
    const { files, upstream, node, knowledge, onOtherScript } = this.#parts;
    return {
      ...{ files, upstream, node, machine, network: knowledge.network },
      identify: (asked) => this.#machine(asked),
      warn: ({ mac, host }, { client }, reason) => onOtherScript({ mac, host: host?.id, client }, reason),
    };
  }

  #machine({ query, client }: Asked): AskingMachine | Refusal {
    const { knowledge, missing, wall } = this.#parts;
    const lacking = missing();
    if (lacking !== undefined) return refused("notReady", `This node is not ready: ${lacking}.`);
    const names = machineNamesIn(query);
    if ("misnamed" in names) return refused("malformed", names.misnamed);
    return askingMachine(names, client, { knowledge, hosts: this.#hosts, now: wall() });
  }
}
