// A CA of a test's own, and what it signs, by the openssl command.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export class Authority {
  /** The file with its certificate. */
  readonly file: string;
  private readonly key: string;
  private readonly folder: string;
  private issued = 0;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.file = join(folder, `${name}.pem`);
    this.key = join(folder, `${name}.key`);
    const out = ["-keyout", this.key, "-out", this.file, "-days", "2", "-subj", `/CN=${name}`];
    openssl(["req", "-x509", ...NEW_KEY, ...out]);
  }

  /** @param names as in subjectAltName: `IP:127.0.0.1,DNS:n1`. @param days -1: it has expired. */
  issue(names: string, days: 1 | -1 = 1): Pair {
    const base = join(this.folder, `issued-${++this.issued}-${days}`);
    const [cert, key, request, more] = [".pem", ".key", ".csr", ".ext"].map((end) => base + end) as Four;
    openssl(["req", ...NEW_KEY, "-keyout", key, "-out", request, "-subj", "/CN=localhost"]);
    writeFileSync(more, `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    const signer = ["-CA", this.file, "-CAkey", this.key, "-CAcreateserial"];
    openssl([
      "x509",
      "-req",
      "-in",
      request,
      ...signer,
      "-days",
      String(days),
      "-extfile",
      more,
      "-out",
      cert,
    ]);
    return { cert, key };
  }
}

type Four = [string, string, string, string];
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function openssl(words: readonly string[]): void {
  execFileSync("openssl", words, { stdio: "pipe" });
}
