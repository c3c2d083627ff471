// The HTTP server that every route of a daemon is on: parameters and bodies are checked by the route's schema before it runs, a
// route that has none takes no parameters, and whatever fails is answered in words. What is our own fault is logged, not shown.

import { BusError } from "@leasehold/bus";
import { checkDocument, type Problem } from "@leasehold/document";
import { reasonOf } from "@leasehold/document/operator-error";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import * as z from "zod";
import { connectionOptions, limitConnections } from "./http-connections.ts";

const DOCUMENT_MAX = 16 * 1024 * 1024;
const JSON_MAX = 1024 * 1024;
const JSON_DEPTH_MAX = 64;

export interface HttpServerOptions {
  readonly https?: object;
  log?(fault: object, sentence: string): void;
  onRefusedConnection?(): void;
  /** The page that lists the routes. */
  readonly routesIn?: string;
}

/** A server without routes, and without a socket. */
export function newHttpServer({
  https,
  log,
  onRefusedConnection,
  routesIn = "docs/api.md",
}: HttpServerOptions = {}): FastifyInstance {
  const common = {
    ...{ logger: false, bodyLimit: DOCUMENT_MAX, forceCloseConnections: true },
    // Of the whole request; `connectionOptions` have less patience with its head.
    ...{ requestTimeout: 60_000, routerOptions: { maxParamLength: 1024 } },
  } as const;
  const app = (
    https === undefined
      ? Fastify({ ...common, http: connectionOptions })
      : Fastify({ ...common, https: { ...connectionOptions, ...https } })
  ) as FastifyInstance;
  limitConnections(app.server, onRefusedConnection ?? (() => {}));
  checkBySchema(app);
  readJsonBodies(app);
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log ?? (() => {})));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: `There is no ${request.method} ${request.url.split("?", 1)[0]}.`,
      fix: `${routesIn} lists what there is.`,
    }),
  );
  return app;
}

/** The parameters of a route that takes none. */
export const noParameters = z.strictObject(
  {},
  { error: (issue) => (issue.code === "unrecognized_keys" ? "no parameter" : "no parameters") },
);

/** What a route was asked that it cannot understand. */
class Misunderstood extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super("Invalid request.");
    this.problems = problems;
  }
}

class BadRequest extends Error {
  readonly statusCode = 400;
}

/** Schemas of routes are zod's: `{ schema: { querystring, params, body } }`. */
function checkBySchema(app: FastifyInstance): void {
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (value: unknown) => {
    const twice = httpPart === "querystring" ? writtenTwice(value) : [];
    if (twice.length > 0) return { error: new Misunderstood(twice) };
    // A body of no octets, of whatever content type, is none.
    const checked = checkDocument(schema, value === "" || value == null ? {} : value);
    return checked.ok ? { value: checked.document } : { error: new Misunderstood(checked.problems) };
  });
  app.addHook("onRoute", (route) => {
    route.schema = { querystring: noParameters, ...route.schema };
    const takesNothing = route.schema.body === undefined && [route.method].flat().includes("POST");
    if (takesNothing) route.schema.body = noParameters;
  });
}

function writtenTwice(query: unknown): Problem[] {
  return Object.entries(query ?? {}).flatMap(([path, value]) =>
    Array.isArray(value)
      ? [{ path, found: `${value.length} values`, expected: "one value: a parameter may occur only once" }]
      : [],
  );
}

function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string", bodyLimit: JSON_MAX },
    (request, body, done) => {
      if (depthOf(body) > JSON_DEPTH_MAX)
        return done(new BadRequest(`JSON is nested deeper here than ${JSON_DEPTH_MAX} levels.`));
      return parse(request, body, done);
    },
  );
}

/** How deep brackets are nested in a text of JSON, those in strings left out. */
function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (bracket === "[" || bracket === "{") deepest = Math.max(deepest, ++depth);
    else if (bracket === "]" || bracket === "}") depth--;
  }
  return deepest;
}

function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: NonNullable<HttpServerOptions["log"]>,
) {
  if (error instanceof Misunderstood) return answerProblems(reply, error.message, error.problems);
  if (error instanceof BusError) return reply.code(503).send({ error: error.message, fix: error.fix });
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status < 500) return reply.code(status).send({ error: reasonOf(error), fix: "See docs/api.md." });
  log({ err: error, method: request.method, path: request.url.split("?", 1)[0] }, FAULT);
  return reply.code(500).send({
    error: "This process failed to answer.",
    fix: "Its log says why: please report it. Until then, ask another one, if there is one.",
  });
}

const FAULT = "a request to the API could not be answered: please report it";

/** 422 with everything that is wrong. */
export function answerProblems(
  reply: FastifyReply,
  error: string,
  problems: readonly Problem[],
  fix = "See docs/api.md.",
) {
  const [first] = problems;
  const what =
    first === undefined ? "" : ` ${first.path || "body"}: found ${first.found}, expected ${first.expected}.`;
  return reply.code(422).send({ error: `${error}${what}`, fix, problems });
}
