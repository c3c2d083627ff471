// Files that a daemon's own document names (passwords, tokens, certificates): told at start with the line that names them, as
// waiting does not make them right. The reading itself is handed in.
import type { Finding, Path } from "./problem.ts";

export type FileKind = "password" | "token" | "credentials" | "certificates" | "private key";

export interface NamedFile {
  readonly path: Path;
  readonly kind: FileKind;
}

/** The file's text. Throws as node:fs does. */
export type ReadFile = (file: string) => string;

const CONTENT: Readonly<Record<FileKind, RegExp>> = {
  password: /\S/,
  token: /\S/,
  credentials: /-----BEGIN [A-Z ]*NKEY SEED-----/,
  certificates: /-----BEGIN (TRUSTED )?CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END (TRUSTED )?CERTIFICATE-----/,
  "private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----END [A-Z ]*PRIVATE KEY-----/,
};

const EXPECTED: Readonly<Record<FileKind, string>> = {
  password: "a file with the password",
  token: "a file with the token",
  credentials: "a NATS credentials file",
  certificates: "certificates in PEM",
  "private key": "a private key in PEM",
};

const OPENING: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOENT: ["there is no such file", "Create it, or correct the path."],
  ENOTDIR: ["there is no such file", "Correct the path."],
  EACCES: [
    "this user may not read it",
    "Let the user that the process runs as read it, and enter its folder (chgrp, chmod 640 and 750).",
  ],
  EISDIR: ["it is a folder", "Name the file in it."],
};

/** What is wrong with the files that `document` names at these paths. */
export function namedFileFindings(document: unknown, files: readonly NamedFile[], read: ReadFile): Finding[] {
  return files.flatMap(({ path, kind }) => {
    const file = valueAt(document, path);
    if (typeof file !== "string" || file === "") return [];
    const problem = problemOf(file, kind, read);
    return problem === undefined ? [] : [{ path, expected: EXPECTED[kind], ...problem }];
  });
}

function problemOf(file: string, kind: FileKind, read: ReadFile) {
  let text: string;
  try {
    text = read(file);
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "";
    const [what, fix] = OPENING[code] ?? [
      `it cannot be read (${code || String(cause)})`,
      "Look at the file.",
    ];
    return { found: `${file}: ${what}`, fix };
  }
  if (text.trim() === "") return { found: `${file}: it is empty`, fix: "Write it again." };
  if (CONTENT[kind].test(text)) return undefined;
  const fix =
    kind === "certificates" && CONTENT["private key"].test(text)
      ? "It is a private key: name the certificate."
      : kind === "private key" && CONTENT.certificates.test(text)
        ? "It is a certificate: name its key."
        : "Name the right file; one in DER is converted with openssl.";
  return { found: `${file}: something else`, fix };
}

/** One that cannot be read at all, in a sentence and what to do. */
export function unreadableFile(file: string, cause: unknown): { message: string; fix: string } {
  const code = (cause as { code?: string }).code ?? "";
  const [what, fix] = OPENING[code] ?? [`it cannot be read (${code || String(cause)})`, "Look at the file."];
  return { message: `${file}: ${what}.`, fix };
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
