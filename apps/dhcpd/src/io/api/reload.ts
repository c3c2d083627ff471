// SIGHUP: the API's token and certificate are read again, and in force at once, when node.yaml and the files that it names are right;
// else the old ones stay. The rest of node.yaml is for the next start.
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { NodeFile } from "../../node-file.ts";
import type { ApiSecrets } from "./api.ts";

/** @throws Error where the files went away meanwhile. */
export function apiToken({ api }: NodeFile): string {
  return api.tokenFile === undefined ? api.token! : readFileSync(api.tokenFile, "utf8").trim();
}

export interface Reloading {
  readonly app: FastifyInstance;
  readonly secrets: ApiSecrets;
  readonly inForce: NodeFile;
  readonly log: Logger;
  /** The file as it is now; what is wrong with it, in lines. */
  readonly read: () => { readonly file: NodeFile } | { readonly problems: string };
}

export function reload({ app, secrets, inForce, log, read }: Reloading): void {
  const now = read();
  if ("problems" in now) {
    log.error(
      { problems: now.problems },
      "SIGHUP: node.yaml has errors; the token and the certificate are unchanged",
    );
    return;
  }
  try {
    const { file } = now;
    const token = apiToken(file);
    const tls = inForce.api.tls && file.api.tls;
    if (tls !== undefined) {
      const pair = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
      // A key that is another certificate's is refused here, before the old pair is given up.
      createSecureContext(pair);
      (app.server as unknown as { setSecureContext(pair: object): void }).setSecureContext(pair);
    }
    const took = {
      token: token === secrets.token ? "unchanged" : "new",
      certificate: tls ? "read again" : "none",
    };
    secrets.token = token;
    log.info(took, "SIGHUP: reloaded the token and the certificate of the API");
    if (restOf(file) !== restOf(inForce)) log.warn("SIGHUP: other changes in node.yaml need a restart");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error({ reason }, "SIGHUP: the token and the certificate are unchanged");
  }
}

const restOf = ({ api: { token: _, tokenFile: __, tls, ...api }, ...rest }: NodeFile): string =>
  JSON.stringify({ ...rest, api, isHttps: tls !== undefined });
