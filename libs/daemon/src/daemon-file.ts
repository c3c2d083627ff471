// A daemon's own file, the only thing that it reads at start: all mistakes at once, with path and line, those of the files that it names
// included.
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import {
  type Checked,
  type Finding,
  formatProblem,
  namedFileFindings,
  type ReadFile,
  readDocument,
  unreadableFile,
} from "@leasehold/document";
import { reasonOf } from "@leasehold/document/operator-error";
import type * as z from "zod";
import type { apiSection, logSection, natsKeys } from "./daemon-sections.ts";

/** What the file of every daemon has. */
export interface DaemonFile {
  readonly name: string;
  readonly nats: Readonly<z.infer<z.ZodObject<typeof natsKeys>>>;
  readonly api: z.infer<ReturnType<typeof apiSection>>;
  readonly log: z.infer<typeof logSection>;
}

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

export interface DaemonFileText {
  readonly content: string;
  /** Its name, for the problems. */
  readonly file: string;
  /** Reads the files that it names; without it they are not looked at. */
  readonly read?: ReadFile | undefined;
  /** Rules of this daemon that no single key can hold. */
  readonly crossCheck?: (value: unknown) => readonly Finding[];
}

export function readDaemonFile<File extends DaemonFile>(
  schema: z.ZodType<File>,
  { content, file, read, crossCheck = () => [] }: DaemonFileText,
): Checked<File> {
  const named = (value: unknown) => (read ? [...namedFileFindings(value, FILES, read)] : []);
  return readDocument(schema, content, {
    file,
    crossCheck: (value) => [
      ...orPairs(named(value), value, read),
      ...crossCheck(value),
      ...withoutToken(value),
    ],
  });
}

/** Whether a certificate and its key belong together is looked at only when both can be read. */
function orPairs(findings: Finding[], value: unknown, read: ReadFile | undefined): Finding[] {
  if (findings.length > 0 || read === undefined) return findings;
  const { nats, api } = (value ?? {}) as { nats?: { tls?: Pair }; api?: { tls?: Pair } };
  return [...pairFinding("nats", nats?.tls, read), ...pairFinding("api", api?.tls, read)];
}

type Pair = { readonly cert?: unknown; readonly key?: unknown } | null;

function pairFinding(section: string, pair: Pair | undefined, read: ReadFile): Finding[] {
  if (typeof pair?.cert !== "string" || typeof pair.key !== "string") return [];
  try {
    createSecureContext({ cert: read(pair.cert), key: read(pair.key) });
    return [];
  } catch (cause) {
    return [
      {
        path: [section, "tls", "key"],
        found: `${pair.key}, with which ${pair.cert} cannot be used (${reasonOf(cause)})`,
        expected: "the private key of that certificate, without a passphrase",
        fix: "Name the key that the certificate was made with.",
      },
    ];
  }
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
      fix: "Set a token for the API; all nodes of a cluster have the same one.",
    },
  ];
}

/** How a daemon reads its own file's text. */
export type ReadText<File> = (content: string, file: string, read?: ReadFile) => Checked<File>;

/** The file at `path`; what is wrong with it, in lines. @param docs the page that has an example of it. */
export function openDaemonFile<File>(
  path: string,
  readText: ReadText<File>,
  docs: string,
): { readonly file: File } | { readonly problems: string; readonly fix: string } {
  const read = (name: string) => readFileSync(name, "utf8");
  try {
    const checked = readText(read(path), path, read);
    if (checked.ok) return { file: checked.document };
    return {
      problems: checked.problems.map(formatProblem).join("\n"),
      fix: `${docs} has an example.`,
    };
  } catch (cause) {
    const { message, fix } = unreadableFile(path, cause);
    return { problems: message, fix };
  }
}
