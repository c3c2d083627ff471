// A real HTTP server that plays the API's published shapes, and a command run against it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import type { CliEnvironment } from "../src/command.ts";
import { run } from "../src/run.ts";

export const NOW = Date.parse("2026-11-21T10:00:00Z");

export const DOCUMENT = `version: 1
subnets:
  - id: compute
    prefix: 10.77.0.0/16
    pools:
      - range: 10.77.16.0-10.77.31.255
`;

export type Route = (
  request: IncomingMessage,
  body: string,
) => { status?: number; etag?: string; body: unknown };

export const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

export async function serve(routes: Record<string, Route>): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(request, response, routes, Buffer.concat(chunks).toString());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Record<string, Route>,
  body: string,
) {
  const known: Record<string, Route> = {
    "GET /readyz": () => ({ body: { ready: true } }),
    "GET /api/v1/cluster": () => ({ body: { node: "n1", nodes: [] } }),
    ...routes,
  };
  const reply = known[`${request.method} ${request.url}`]?.(request, body) ?? {
    status: 404,
    body: { error: "No." },
  };
  response.statusCode = reply.status ?? 200;
  response.setHeader("connection", "close");
  if (reply.etag) response.setHeader("etag", reply.etag);
  response.end(JSON.stringify(reply.body));
}

export interface Printed {
  code: number;
  out: string;
  err: string;
}

export async function leasehold(argv: string[], environment: Partial<CliEnvironment> = {}): Promise<Printed> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(argv, {
    env: {},
    now: () => NOW,
    print: (line) => void out.push(line),
    printError: (line) => void err.push(line),
    readText: async () => DOCUMENT,
    unpackLoaders: async () => ({ files: [], missing: [] }),
    prepareStore: async () => ({ made: [], corrected: [] }),
    ...environment,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
