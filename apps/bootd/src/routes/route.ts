// One way in which a name is answered. ../routes.ts is the list of them: the first one that has an answer counts.
import type { BootScript } from "@leasehold/boot";
import type { Network } from "@leasehold/network";
import type { AskingMachine } from "../machines/asking-machine.ts";
import type { Answer, Refusal, ServedFile } from "../served/answer.ts";
import type { Asked } from "../served/asked.ts";

/** Files below the served folder; a word says why there is none of that name. */
export interface Files {
  /** @throws Error when the world fails. */
  open(path: readonly string[]): Promise<ServedFile | "notFound" | "forbidden">;
}

export type MountedFile = ServedFile | "notFound" | "unavailable";

/** Other servers that have scripts, and files. */
export interface Upstream {
  /** Never rejects. */
  file(url: string): Promise<MountedFile>;
  /** What it says, or said last; undefined where it has said nothing. Never rejects. */
  script(of: NonNullable<BootScript["proxy"]>): Promise<string | undefined>;
}

export interface RouteParts {
  readonly files: Files;
  readonly upstream: Upstream;
  /** The name of this node. */
  readonly node: string;
  readonly network: Network;
  /** Who asks; a refusal while the views are not complete, or where the request cannot be read. */
  readonly machine: AskingMachine | Refusal;
  /** Who asks, where the name says what else a parameter would. */
  readonly identify: (asked: Asked) => AskingMachine | Refusal;
  /** In words, where the machine that asks boots again and again by the script of this profile. */
  readonly loopOf: (machine: AskingMachine, profile: string) => string | undefined;
  /** Why a machine gets another script than what the document has for it: for the log. */
  readonly warn: (machine: AskingMachine, asked: Asked, reason: string) => void;
}

export interface Route {
  /** In metrics, the log, and documents. */
  readonly name: string;
  /** Undefined: nothing has this name here, and the next route is asked. */
  answer(asked: Asked, parts: RouteParts): Promise<Answer | undefined> | Answer | undefined;
}
