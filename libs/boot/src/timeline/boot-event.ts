// What was seen of a machine's boot: one event a stage, as the stream dhcp-boot-log has it. By a node, that it answered with a loader or a
// script, or could not; by a boot server, that a file or a script was asked for, and what became of that.
import { processorOf } from "../profiles/processor.ts";

/** `loop`: a script that ends one, in place of the machine's own. */
export const BOOT_STAGES = ["offer", "ack", "file", "script", "loop"] as const;
export type BootStage = (typeof BOOT_STAGES)[number];

export interface BootEvent {
  /** ms since the epoch, by the clock of the node that saw it. */
  readonly at: number;
  readonly node: string;
  readonly stage: BootStage;
  readonly via: "dhcp" | "tftp" | "http";
  /** By DHCP `answered`, or `missing`: the document lacks something. Else the outcome of the request (docs/boot.md). */
  readonly outcome: string;
  /** By DHCP: as what the client was answered. */
  readonly strategy?: string | undefined;
  /** As `stageArch` writes it. */
  readonly arch?: string | undefined;
  /** By DHCP what it was told to load, else what was asked for. */
  readonly file?: string | undefined;
  /** By DHCP siaddr, else the own address that was asked. */
  readonly server?: string | undefined;
  /** The machine's. */
  readonly address?: string | undefined;
  /** Of the script. */
  readonly profile?: string | undefined;
  readonly bytes?: number | undefined;
  readonly ms?: number | undefined;
  /** In words: what is missing, why a script explains, why there was nothing. */
  readonly detail?: string | undefined;
  /** By DHCP. */
  readonly xid?: number | undefined;
}

const TEXT_MAX = 400;
const TEXTS = [
  "strategy",
  "arch",
  "file",
  "server",
  "address",
  "profile",
  "detail",
] as const satisfies readonly (keyof BootEvent)[];
const NUMBERS = ["bytes", "ms", "xid"] as const satisfies readonly (keyof BootEvent)[];

/** A value of JSON as an event: what is too long is cut, what has another type left out; undefined where it is none. */
export function readBootEvent(value: unknown): BootEvent | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = value as Record<keyof BootEvent, unknown>;
  const { at, node, stage, via, outcome } = found;
  if (typeof at !== "number" || !Number.isFinite(at) || Math.abs(at) > 8.64e15) return undefined;
  if (typeof node !== "string" || typeof outcome !== "string") return undefined;
  if (!BOOT_STAGES.includes(stage as BootStage)) return undefined;
  if (via !== "dhcp" && via !== "tftp" && via !== "http") return undefined;
  const texts = TEXTS.flatMap((key) => {
    const text = found[key];
    return typeof text === "string" ? [[key, text.slice(0, TEXT_MAX)] as const] : [];
  });
  const numbers = NUMBERS.flatMap((key) => {
    const number = found[key];
    return typeof number === "number" && Number.isFinite(number) ? [[key, number] as const] : [];
  });
  const [sender, end] = [node.slice(0, TEXT_MAX), outcome.slice(0, TEXT_MAX)];
  return {
    at,
    node: sender,
    stage: stage as BootStage,
    via,
    outcome: end,
    ...Object.fromEntries([...texts, ...numbers]),
  };
}

/** An event without what is too long for its message. */
export function storableBootEvent(event: BootEvent): BootEvent {
  return readBootEvent(event) ?? event;
}

/** A processor by one of few names, for metrics: whatever a machine states, there are no more. */
export function stageArch(stated: string | undefined): string {
  return stated === undefined ? "unknown" : (processorOf(stated)?.name ?? "other");
}
