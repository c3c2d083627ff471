// bootd.yaml: which boot server this is, where NATS is, what it serves and where. Read once, at start.
import {
  apiSection,
  daemonName,
  listenAddressText,
  listOf,
  logSection,
  natsKeys,
  readDaemonFile,
  text,
} from "@leasehold/daemon";
import { type Checked, type Finding, namedFileFindings, type ReadFile, section } from "@leasehold/document";
import * as z from "zod";

const API_PORT = 8070;
const HTTP_PORT = 8069;
const expectPort = "a port from 1 to 65535";
const port = z.int({ error: expectPort }).min(1, { error: expectPort }).max(65_535, { error: expectPort });
const PORTS = /^(\d{1,5})-(\d{1,5})$/;
const expectConnections = "a whole number from 1 to 65536";

const api = apiSection(API_PORT);
const http = section({
  listen: listenAddressText(HTTP_PORT).default(`0.0.0.0:${HTTP_PORT}`),
  /** Files in PEM: with them it is HTTPS. */
  tls: section({ cert: text, key: text }).optional(),
  /** At once; of one address, a quarter of them. */
  connectionsMax: z
    .int({ error: expectConnections })
    .min(1, { error: expectConnections })
    .max(65_536, { error: expectConnections })
    .default(4096),
});
const tftp = section({
  enabled: z.boolean({ error: "true or false" }).default(true),
  /** Of this machine; without it, all that it has, also such as come later. */
  addresses: z
    .array(z.ipv4({ error: "an IPv4 address of this machine" }))
    .min(1, listOf("address of this machine"))
    .optional(),
  port: port.default(69),
  /** Of transfers; without it, any that the machine has free. */
  ports: text
    .refine((value) => portsOf(value) !== undefined, { error: "two ports, like 50000-50999" })
    .optional(),
  /** Transfers run over the port that was asked. */
  singlePort: z.boolean({ error: "true or false" }).default(false),
});

const bootFile = section({
  name: daemonName,
  nats: section(natsKeys),
  api: section({ ...api.shape, listen: api.shape.listen.default(`0.0.0.0:${API_PORT}`) }),
  files: section({ root: text }),
  http: http.default(http.parse({})),
  tftp: tftp.default(tftp.parse({})),
  log: logSection,
});

export type BootFile = z.infer<typeof bootFile>;

/** Reads the file's text, and looks at the files that it names; all mistakes at once, with path and line. Without `read` it does not look. */
export function readBootFile(content: string, file: string, read?: ReadFile): Checked<BootFile> {
  return readDaemonFile<BootFile>(bootFile, {
    ...{ content, file, read },
    crossCheck: (value) => [...portsTogether(value), ...(read ? namedFindings(value, read) : [])],
  });
}

/** Both ends are part of it; undefined when the text does not say. */
export function portsOf(written: string): { readonly first: number; readonly last: number } | undefined {
  const [, from, to] = PORTS.exec(written) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return first >= 1 && last <= 65_535 && first <= last ? { first, last } : undefined;
}

const FILES = [
  { path: ["http", "tls", "cert"], kind: "certificates" },
  { path: ["http", "tls", "key"], kind: "private key" },
] as const;

function namedFindings(value: unknown, read: ReadFile): Finding[] {
  return [...namedFileFindings(value, FILES, read), ...rootFindings(value, read)];
}

/** A folder is what cannot be read because it is one. */
function rootFindings(value: unknown, read: ReadFile): Finding[] {
  const { root } = ((value as { files?: object } | null)?.files ?? {}) as Partial<BootFile["files"]>;
  if (typeof root !== "string" || root === "") return [];
  const finding = { path: ["files", "root"], expected: "the folder that is served" };
  try {
    read(root);
    return [{ ...finding, found: `${root}, which is no folder`, fix: "Name the folder in which it is." }];
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") return [];
    return [{ ...finding, found: `${root}: there is no such folder`, fix: "Make it, or correct the path." }];
  }
}

function portsTogether(value: unknown): Finding[] {
  const { singlePort, ports } = ((value as { tftp?: object } | null)?.tftp ?? {}) as Partial<
    BootFile["tftp"]
  >;
  if (singlePort !== true || ports === undefined) return [];
  return [
    {
      path: ["tftp", "ports"],
      found: "ports for transfers, although singlePort is true",
      expected: "one of the two",
      fix: "Remove ports, or set singlePort to false.",
    },
  ];
}
