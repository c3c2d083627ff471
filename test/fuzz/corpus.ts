// The recorded packets of test/fixtures/packets: hex text, with lines of "# …" on what each one is.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../fixtures/packets/", import.meta.url));

export interface RecordedPacket {
  /** The name of the file, without ".hex". */
  readonly name: string;
  /** What its first lines say. */
  readonly comment: string;
  readonly bytes: Uint8Array;
}

/** All recorded packets, by name. */
export function readCorpus(): readonly RecordedPacket[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".hex"))
    .sort()
    .map((file) => {
      const lines = readFileSync(FOLDER + file, "utf8").split("\n");
      const hex = lines.filter((line) => !line.startsWith("#")).join("");
      const comment = lines
        .filter((line) => line.startsWith("#"))
        .map((line) => line.slice(2))
        .join(" ");
      return {
        name: file.slice(0, -".hex".length),
        comment,
        bytes: Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex")),
      };
    });
}
