// node.yaml: who this node is and where its cluster is. The only thing that is read at start; all else is in the cluster.
import {
  type Checked,
  type Finding,
  listenPlace,
  namedFileFindings,
  type ReadFile,
  readDocument,
  section,
} from "@leasehold/document";
import * as z from "zod";

const text = z.string({ error: "text" }).min(1, { error: "text" });
const listOf = (what: string) => ({ error: `a list of at least one ${what}` });
const LEVELS = ["debug", "info", "warn", "error"] as const;
const PORT = { error: "a port, from 1 to 65535" };

const schema = section({
  name: text.regex(/^[A-Za-z0-9][\w-]{0,31}$/, { error: "a name of at most 32 letters, digits, - and _" }),
  interfaces: z.array(text, listOf("interface")).min(1, listOf("interface")),
  nats: section({
    servers: z.array(text, listOf("nats:// URL")).min(1, listOf("nats:// URL")),
    user: text.optional(),
    password: text.optional(),
    passwordFile: text.optional(),
    token: text.optional(),
    credentialsFile: text.optional(),
    tls: section({ ca: text.optional(), cert: text.optional(), key: text.optional() })
      .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
        error: "cert and key together, or neither",
      })
      .optional(),
    /** Where NATS servers tell how they write to disk. */
    monitoring: z
      .array(z.url({ error: "an address like http://127.0.0.1:8222" }), listOf("address"))
      .min(1, listOf("address"))
      .optional(),
    durability: z.enum(["require", "warn"], { error: "one of require, warn" }).default("warn"),
  }),
  api: section({
    listen: text.refine((value) => listenPlace(value) !== undefined, {
      error: "an address and a port from 1 to 65535, like 0.0.0.0:8067 or [::]:8067",
    }),
    token: text.optional(),
    tokenFile: text.optional(),
    /** Files in PEM: with them the API speaks HTTPS. */
    tls: section({ cert: text, key: text }).optional(),
  }),
  dhcp: section({ port: z.int(PORT).min(1, PORT).max(65535, PORT).default(67) }).default({ port: 67 }),
  log: section({
    level: z.enum(LEVELS, { error: `one of ${LEVELS.join(", ")}` }).default("info"),
  }).default({ level: "info" }),
});

export type NodeFile = z.infer<typeof schema>;

const FILES = [
  { path: ["nats", "passwordFile"], kind: "password" },
  { path: ["nats", "credentialsFile"], kind: "credentials" },
  { path: ["nats", "tls", "ca"], kind: "certificates" },
  { path: ["nats", "tls", "cert"], kind: "certificates" },
  { path: ["nats", "tls", "key"], kind: "private key" },
  { path: ["api", "tokenFile"], kind: "token" },
  { path: ["api", "tls", "cert"], kind: "certificates" },
  { path: ["api", "tls", "key"], kind: "private key" },
] as const;

/** Reads node.yaml's text, and looks at the files that it names; all mistakes at once, with path and line. Without `read` it does not look. */
export function readNodeFile(content: string, file: string, read?: ReadFile): Checked<NodeFile> {
  const crossCheck = (value: unknown) => [
    ...(read ? namedFileFindings(value, FILES, read) : []),
    ...interfacesTwice(value),
    ...withoutToken(value),
  ];
  return readDocument<NodeFile>(schema, content, { file, crossCheck });
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

function withoutToken(value: unknown): Finding[] {
  const api = (value as { api?: unknown } | null)?.api;
  if (typeof api !== "object" || api === null) return [];
  const { token, tokenFile } = api as Record<string, unknown>;
  if (token !== undefined || tokenFile !== undefined) return [];
  return [
    {
      path: ["api"],
      found: "no token",
      expected: "token or tokenFile",
      fix: "Set a token for the API, the same on all nodes.",
    },
  ];
}
