// node.yaml: who this node is and where its cluster is. The only thing that is read at start; all else is in the cluster.
import {
  apiSection,
  daemonName,
  listOf,
  logSection,
  natsKeys,
  readDaemonFile,
  text,
} from "@leasehold/daemon";
import { type Checked, type Finding, type ReadFile, section } from "@leasehold/document";
import * as z from "zod";

const PORT = { error: "a port, from 1 to 65535" };

const schema = section({
  name: daemonName,
  interfaces: z.array(text, listOf("interface")).min(1, listOf("interface")),
  nats: section({
    ...natsKeys,
    /** Where NATS servers tell how they write to disk. */
    monitoring: z
      .array(z.url({ error: "an address like http://127.0.0.1:8222" }), listOf("address"))
      .min(1, listOf("address"))
      .optional(),
    durability: z.enum(["require", "warn"], { error: "one of require, warn" }).default("warn"),
  }),
  api: apiSection(8067),
  dhcp: section({ port: z.int(PORT).min(1, PORT).max(65535, PORT).default(67) }).default({ port: 67 }),
  log: logSection,
});

export type NodeFile = z.infer<typeof schema>;

/** Reads node.yaml's text, and looks at the files that it names; all mistakes at once, with path and line. Without `read` it does not look. */
export function readNodeFile(content: string, file: string, read?: ReadFile): Checked<NodeFile> {
  return readDaemonFile<NodeFile>(schema, { content, file, read, crossCheck: interfacesTwice });
}

function interfacesTwice(value: unknown): Finding[] {
  const names = (value as { interfaces?: unknown } | null)?.interfaces;
  if (!Array.isArray(names)) return [];
  return names.flatMap((name, i) =>
    names.indexOf(name) === i
      ? []
      : [
          {
            path: ["interfaces", i],
            found: `"${name}" again`,
            expected: "each interface once",
            fix: "Remove it.",
          },
        ],
  );
}
