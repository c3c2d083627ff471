// What is answered: a file, a text that was made for who asks, or why there is nothing.

/** An open file that is as it was when it was opened, or cannot be read any more. */
export interface ServedFile {
  readonly size: number;
  /** The same content has the same one, and other content another one. */
  readonly version: string;
  /** All octets from there to there. @throws Error when they cannot be had, or the file has changed. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): void;
  /** Absent where it is no file of the machine. */
  readonly onDisk?: { readonly descriptor: number; check(): Promise<void> };
}

/** Labels of metrics; docs/boot.md says what each means. */
export type RefusalReason = "notFound" | "forbidden" | "malformed" | "notReady" | "unavailable";

export interface Refusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** For a person: a sentence. */
  readonly sentence: string;
}

/** What a script was made of. */
export interface ScriptNote {
  /** By its id. */
  readonly profile: string;
  /** Why it is not what the document has for the machine. */
  readonly reason?: string | undefined;
  /** It ends a loop, in place of the machine's own. */
  readonly isOfLoop?: boolean;
}

export interface TextAnswer {
  readonly kind: "text";
  /** Octets, where a loader wants its text in an image. */
  readonly content: string | Uint8Array;
  /** Its media type. */
  readonly type: string;
  /** Where it was made for one machine. */
  readonly script?: ScriptNote;
}

export type Answer = { readonly kind: "file"; readonly file: ServedFile } | TextAnswer | Refusal;

export const textAnswer = (content: string | Uint8Array, script?: ScriptNote): TextAnswer => ({
  kind: "text",
  content,
  ...(script && { script }),
  type: typeof content === "string" ? "text/plain; charset=utf-8" : "application/octet-stream",
});

export const refused = (reason: RefusalReason, sentence: string): Refusal => ({
  kind: "refused",
  reason,
  sentence,
});
