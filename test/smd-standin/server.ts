// The stand-in's server: SMD's HTTP surface, and a switch to make it fail as a real one does.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, answer, problem } from "./answer.ts";
import { SmdTables } from "./tables.ts";

/**
 * `on`: 503 to everything. `second`: interfaces are answered, components with 500. `half`: half a body, then the
 * connection is cut. `kind`: 200 with an object where an array belongs. `hang`: no answer at all.
 */
export const FAILURES = ["off", "on", "second", "half", "kind", "hang"] as const;
export type Failure = (typeof FAILURES)[number];

export interface SmdStandin {
  readonly url: string;
  readonly tables: SmdTables;
  /** How many reads of the interfaces were asked for. */
  readonly reads: number;
  failure: Failure;
  close(): Promise<void>;
}

type State = { readonly tables: SmdTables; failure: Failure; reads: number };

/** Listens on a free port of the loopback unless told otherwise. */
export async function startSmdStandin(listen: { host?: string; port?: number } = {}): Promise<SmdStandin> {
  const standin: State = { tables: new SmdTables(), failure: "off", reads: 0 };
  const server = createServer((request, response) => {
    void serve(standin, request, response).catch((cause: unknown) => {
      send(response, problem(400, cause instanceof Error ? cause.message : String(cause)));
    });
  });
  const { host = "127.0.0.1", port = 0 } = listen;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, () => resolve());
  });
  const bound = (server.address() as AddressInfo).port;
  return Object.assign(standin, { url: `http://${host}:${bound}`, close: () => closed(server) });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://standin");
  const path = url.pathname.replace(/\/+$/, "");
  const method = request.method ?? "GET";
  const text = await bodyOf(request);
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  if (path.startsWith("/standin/")) return send(response, control(state, path, url.searchParams, body));
  const isInterfaces = method === "GET" && path.endsWith("/EthernetInterfaces");
  if (isInterfaces) state.reads++;
  const served = answer(state.tables, { method, path, query: url.searchParams, body });
  // Only reads fail: the inventory can be changed while nobody can see it.
  if (method !== "GET") return send(response, served);
  if (state.failure === "hang") return;
  if (state.failure === "half" && isInterfaces) return sendHalf(response, served);
  send(response, failing(state.failure, isInterfaces) ?? served);
}

/** What SMD does not have: failing at will, and rows that it would not take. */
function control(state: State, path: string, query: URLSearchParams, body: unknown): Answer {
  if (path === "/standin/fail") {
    state.failure = FAILURES.find((one) => one === query.get("mode")) ?? "off";
    return { status: 200, body: { failure: state.failure } };
  }
  if (path !== "/standin/load") return problem(404, `no ${path}`);
  state.tables.load(body as Parameters<SmdTables["load"]>[0]);
  return { status: 204, body: undefined };
}

function failing(failure: Failure, isInterfaces: boolean): Answer | undefined {
  if (failure === "on") return problem(503, "the database is down");
  if (failure === "second" && !isInterfaces) return problem(500, "the query failed");
  if (failure === "kind" && isInterfaces)
    return { ...problem(500, "an error under a good status"), status: 200 };
  return undefined;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = status < 300 ? "application/json" : "application/problem+json";
  response
    .writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(text),
      server: "smd-standin",
    })
    .end(text);
}

function sendHalf(response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  return text;
}
