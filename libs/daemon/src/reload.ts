// SIGHUP: the API's token and certificate are read again, and in force at once, when the file and those that it names are right; else
// the old ones stay. The rest of the file is for the next start.
import { createSecureContext } from "node:tls";
import { reasonOf } from "@leasehold/document/operator-error";
import type { Logger } from "pino";
import type { DaemonFile } from "./daemon-file.ts";
import { type ApiSecrets, certificateOf, secretsOf } from "./serve-http.ts";

export interface Reloading {
  readonly server: object;
  readonly secrets: ApiSecrets;
  readonly inForce: DaemonFile;
  readonly fileName: string;
  readonly log: Logger;
  /** The file as it is now; what is wrong with it, in lines. */
  readonly read: () => { readonly file: DaemonFile } | { readonly problems: string };
}

export function reload({ server, secrets, inForce, fileName, log, read }: Reloading): void {
  const now = read();
  if ("problems" in now) {
    const { problems } = now;
    log.error({ problems }, `SIGHUP: ${fileName} has errors; the token and the certificate are unchanged`);
    return;
  }
  try {
    const { file } = now;
    const { token } = secretsOf(file);
    const tls = inForce.api.tls && file.api.tls;
    if (tls !== undefined) {
      const pair = certificateOf(tls);
      // A key that is another certificate's is refused here, before the old pair is given up.
      createSecureContext(pair);
      (server as { setSecureContext(pair: object): void }).setSecureContext(pair);
    }
    const took = {
      token: token === secrets.token ? "unchanged" : "new",
      certificate: tls ? "read again" : "none",
    };
    secrets.token = token;
    log.info(took, "SIGHUP: reloaded the token and the certificate of the API");
    if (restOf(file) !== restOf(inForce)) log.warn(`SIGHUP: other changes in ${fileName} need a restart`);
  } catch (error) {
    log.error({ reason: reasonOf(error) }, "SIGHUP: the token and the certificate are unchanged");
  }
}

const restOf = ({ api: { token: _, tokenFile: __, tls, ...api }, ...rest }: DaemonFile): string =>
  JSON.stringify({ ...rest, api, isHttps: tls !== undefined });
