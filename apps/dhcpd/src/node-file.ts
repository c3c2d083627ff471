// node.yaml: who this node is and where its cluster is. The only thing that is read at start; all else is in the cluster.
import { parseDocument } from "yaml";
import * as z from "zod";

const text = z.string().min(1);

const schema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][\w-]{0,31}$/, "a name of at most 32 letters, digits, - and _"),
  interfaces: z.array(text).min(1),
  nats: z.strictObject({
    servers: z.array(text).min(1),
    user: text.optional(),
    password: text.optional(),
    passwordFile: text.optional(),
    token: text.optional(),
    credentialsFile: text.optional(),
    tls: z.strictObject({ ca: text.optional(), cert: text.optional(), key: text.optional() }).optional(),
    /** Where NATS servers tell how they write to disk. */
    monitoring: z.array(z.url("an address like http://127.0.0.1:8222")).min(1).optional(),
    durability: z.enum(["require", "warn"]).default("warn"),
  }),
  api: z.strictObject({
    listen: z.string().regex(/^[^:]*:\d+$/, "an address and a port, like 0.0.0.0:8067"),
    token: text.optional(),
    tokenFile: text.optional(),
    /** Files in PEM: with them the API speaks HTTPS. */
    tls: z.strictObject({ cert: text, key: text }).optional(),
  }),
  dhcp: z.strictObject({ port: z.int().min(1).max(65535).default(67) }).default({ port: 67 }),
  log: z
    .strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info") })
    .default({ level: "info" }),
});

export type NodeFile = z.infer<typeof schema>;

/** A file that cannot be used, with every mistake in it on a line of its own. */
export class NodeFileError extends Error {}

/**
 * Reads node.yaml.
 * @throws NodeFileError listing file, path, what was found and what was expected.
 */
export function parseNodeFile(content: string, file: string): NodeFile {
  const document = parseDocument(content);
  if (document.errors.length > 0) {
    throw new NodeFileError(document.errors.map((error) => `${file}: ${error.message}`).join("\n"));
  }
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  throw new NodeFileError(
    result.error.issues
      .map(
        (issue) =>
          `${file}: ${issue.path.join(".") || "(top)"}: ${issue.message}; see docs/operate.md for the fields of node.yaml`,
      )
      .join("\n"),
  );
}
