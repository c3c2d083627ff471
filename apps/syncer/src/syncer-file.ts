// syncer.yaml: who this syncer is, where NATS is, and what it reads. Read once, at start.
import { apiSection, daemonName, logSection, natsKeys, readDaemonFile } from "@leasehold/daemon";
import { type Checked, type ReadFile, section } from "@leasehold/document";
import * as z from "zod";
import { sources } from "./sources.ts";

const expectSeconds = "seconds, at least 0.1";
const seconds = z.number({ error: expectSeconds }).min(0.1, { error: expectSeconds });
const expectMiB = "MiB, from 0.015625 (16 KiB) to 1024";
const atLeastOne = z
  .int({ error: "a whole number, at least 1" })
  .min(1, { error: "a whole number, at least 1" });

/** What every source has, whatever its type. */
const common = {
  /** Owner of its hosts in the inventory: keep it. Without one, the type. */
  name: daemonName.optional(),
  /** Between looks. */
  pollSeconds: seconds.optional(),
  /** Between whole reads, where looks in between can be cheap; without it, every look is a whole read. */
  fullSeconds: seconds.optional(),
  /** An answer with more is not taken, unpacked or not. */
  answerMaxMiB: z
    .number({ error: expectMiB })
    .min(1 / 64, { error: expectMiB })
    .max(1024, { error: expectMiB })
    .optional(),
  /** For an answer as a whole, and for the silence before each piece of it. */
  timeoutSeconds: seconds.optional(),
  silenceSeconds: seconds.optional(),
  /** How many whole reads in a row must lack an interface before it is gone. */
  absentReads: atLeastOne.optional(),
  /** More hosts than both lost at once are kept until an operator releases the brake. */
  brake: section({
    percent: z
      .number({ error: "0 to 100" })
      .min(0, { error: "0 to 100" })
      .max(100, { error: "0 to 100" })
      .optional(),
    hosts: z.int({ error: "a whole number" }).min(0, { error: "a whole number" }).optional(),
  }).optional(),
};

const sourceEntry = z.discriminatedUnion(
  "type",
  sources.map((source) => section({ type: z.literal(source.type), ...common, ...source.settings })) as [
    z.ZodObject<typeof common & { type: z.ZodLiteral<string> }, z.core.$strict>,
  ],
  { error: `a mapping whose type is one of ${sources.map(({ type }) => type).join(", ")}` },
);

const api = apiSection(8068);
const syncerFile = section({
  name: daemonName,
  nats: section(natsKeys),
  api: section({ ...api.shape, listen: api.shape.listen.default("0.0.0.0:8068") }),
  sources: z.array(sourceEntry).min(1, { error: "a list of at least one source" }),
  log: logSection,
});

export type SyncerFile = z.infer<typeof syncerFile>;
export type SourceEntry = SyncerFile["sources"][number];

/** Reads the file's text, and looks at the files that it names; all mistakes at once, with path and line. Without `read` it does not look. */
export function readSyncerFile(content: string, file: string, read?: ReadFile): Checked<SyncerFile> {
  return readDaemonFile<SyncerFile>(syncerFile, { content, file, read, crossCheck: sourcesTwice });
}

/** Two sources of one name would remove each other's hosts. */
function sourcesTwice(value: unknown) {
  const entries = (value as { sources?: unknown } | null)?.sources;
  const seen = new Set<string>();
  return (Array.isArray(entries) ? entries : []).flatMap((entry: Partial<SourceEntry> | null, i) => {
    const own = entry?.name ?? entry?.type;
    if (typeof own !== "string" || !seen.has(own)) {
      if (typeof own === "string") seen.add(own);
      return [];
    }
    const found = `the name "${own}" again`;
    return [{ path: ["sources", i], found, expected: "a name of its own", fix: "Give each source a name." }];
  });
}
