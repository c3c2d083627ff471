// From what is asked to what is answered, by TFTP and HTTP alike: who asks, by which route, and what became of it.
import { formatIpv4, type Mac } from "@leasehold/protocol";
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
  /** In words, where a machine boots again and again by the script of this profile. */
  readonly loopOf: (mac: Mac | undefined, profile: string) => string | undefined;
  readonly onFault: (cause: unknown, asked: Asked) => void;
  readonly onOtherScript: (served: Pick<Served, "mac" | "host" | "client">, reason: string) => void;
}

/** What is known of a request before it is answered, and of its answer. */
export type ReplyNote = Pick<Served, "route" | "mac" | "host" | "arch" | "isFromMachine" | "script">;

export interface Replied extends ReplyNote {
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
    const who: Partial<ReplyNote> = "kind" in machine ? {} : noteOf(machine, asked);
    try {
      const found = await routed(asked, this.#routeParts(machine, who.isFromMachine));
      const { answer } = found;
      return { ...who, ...found, script: answer.kind === "text" ? answer.script : undefined };
    } catch (cause) {
      this.#parts.onFault(cause, asked);
      return {
        ...who,
        route: undefined,
        answer: refused("unavailable", "It cannot be read now; the log says why."),
      };
    }
  };

  #routeParts(machine: AskingMachine | Refusal, isFromMachine = false): RouteParts {
    const { files, upstream, node, knowledge, onOtherScript, loopOf } = this.#parts;
    return {
      ...{ files, upstream, node, machine, network: knowledge.network },
      // A person who reads a machine's script gets its own.
      loopOf: ({ mac }, profile) => (isFromMachine ? loopOf(mac, profile) : undefined),
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

function noteOf({ mac, host, arch, address }: AskingMachine, { client }: Asked): Omit<ReplyNote, "route"> {
  // Without an address that anybody knows, it is believed.
  const isFromMachine = address === undefined || formatIpv4(address) === client;
  return { mac, host: host?.id, arch: arch ?? host?.arch, isFromMachine };
}
