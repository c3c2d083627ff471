// A daemon's HTTP: health for everybody, its metrics and its own routes for who has the token.
import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { OperatorError, reasonOf } from "@leasehold/document/operator-error";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { DaemonFile } from "./daemon-file.ts";
import { newHttpServer } from "./http-server.ts";
import { listenAddress } from "./listen-address.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may ask: whoever has the token, unless a route says "anyone". */
    readonly access?: "anyone";
  }
}

/** May be another one while it serves. */
export interface ApiSecrets {
  token: string;
}

/** @throws Error where the files went away meanwhile. */
export function secretsOf({ api }: Pick<DaemonFile, "api">): ApiSecrets {
  return { token: api.tokenFile === undefined ? api.token! : readFileSync(api.tokenFile, "utf8").trim() };
}

export function certificateOf(tls: { readonly cert: string; readonly key: string }) {
  return { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
}

/** What a daemon shows. */
export interface HttpService {
  readonly registry: Registry;
  /** Why it is not ready, in a sentence; undefined when it is. */
  unreadiness(): string | undefined;
  addRoutes(app: FastifyInstance): void;
  /** Called for each connection that is closed at once, as there are too many. */
  noteRefusedConnection?(): void;
}

export interface HttpOptions {
  readonly api: DaemonFile["api"];
  readonly secrets: ApiSecrets;
  readonly log: Logger;
  /** The daemon's file: there is the token. */
  readonly fileName: string;
  /** The page that lists its routes. */
  readonly routesIn: string;
}

/** @throws OperatorError when the address cannot be listened on. */
export async function serveHttp(service: HttpService, options: HttpOptions): Promise<FastifyInstance> {
  const { api, secrets, log, fileName, routesIn } = options;
  const app = newHttpServer({
    ...(api.tls && { https: certificateOf(api.tls) }),
    routesIn,
    log: (fault, sentence) => log.error(fault, sentence),
    onRefusedConnection: () => service.noteRefusedConnection?.(),
  });
  app.addHook("onRequest", async (request, reply) => {
    if (request.routeOptions.config?.access === "anyone" || isAuthorized(request, secrets.token))
      return undefined;
    return reply
      .code(401)
      .header("www-authenticate", "Bearer")
      .send({
        error: "This needs a token.",
        fix: `Send \`Authorization: Bearer <token>\`; it is api.token in ${fileName} (LEASEHOLD_TOKEN for the command).`,
      });
  });
  addHealth(app, service);
  app.get("/metrics", async (_request, reply) =>
    reply.header("content-type", service.registry.contentType).send(await service.registry.metrics()),
  );
  service.addRoutes(app);
  await listen(app, options);
  return app;
}

function isAuthorized(request: FastifyRequest, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function addHealth(app: FastifyInstance, service: HttpService): void {
  const config = { access: "anyone" } as const;
  app.get("/livez", { config }, () => ({ status: "ok" }));
  app.get("/readyz", { config }, (_request, reply) => {
    const reason = service.unreadiness();
    return reason === undefined ? { status: "ok" } : reply.code(503).send({ status: "not ready", reason });
  });
}

async function listen(app: FastifyInstance, { api, fileName }: HttpOptions): Promise<void> {
  try {
    await app.listen(listenAddress(api.listen)!);
  } catch (cause) {
    const fix = LISTEN_FIXES[(cause as { code?: string }).code ?? ""] ?? "Set another one";
    throw new OperatorError(`The API cannot listen on ${api.listen}: ${reasonOf(cause)}.`, {
      fix: `${fix}: api.listen in ${fileName}.`,
      code: "listen",
      cause,
    });
  }
}

const LISTEN_FIXES: Readonly<Record<string, string>> = {
  EADDRINUSE: "Stop the process that uses it, or set another address or port",
  EADDRNOTAVAIL: "This machine has no such address: set one that it has, or 0.0.0.0",
  EACCES: "This user may not open that port: set one from 1024",
  ENOTFOUND: "There is no such host name: set an address",
};
