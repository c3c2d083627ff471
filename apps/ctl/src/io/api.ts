// The HTTP API of the nodes, as a client sees it. All servers are asked at once whether they are ready; the first that is
// serves the whole command, so that what it read and what it changes come from one node.
import { ExitCode, Failure } from "../failure.ts";

const PROBE_PATIENCE_MS = 3_000;
const ANSWER_PATIENCE_MS = 60_000; // A million leases take a while.

export interface Reply {
  readonly status: number;
  readonly server: string;
  readonly etag: string | undefined;
  readonly body: unknown;
}

export interface Api {
  /** GETs JSON; anything but 200 becomes a Failure, except the statuses named in `expect`. */
  get(path: string, expect?: readonly number[]): Promise<Reply>;
  /** POSTs a text that changes nothing; every status comes back. */
  post(path: string, text: string, headers: Readonly<Record<string, string>>): Promise<Reply>;
  /** PUTs a text; every status comes back. Never sent twice: a lost answer is said, not repeated. */
  put(path: string, text: string, headers: Readonly<Record<string, string>>): Promise<Reply>;
  /** The same of one server, with the same token. */
  at(server: string): Api;
}

export function createApi(servers: readonly string[], token: string | undefined): Api {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let choice: Promise<string> | undefined;
  const server = (): Promise<string> => (choice ??= chooseServer(servers));

  return {
    at: (one) => createApi([one], token),
    async get(path, expect = []) {
      const reply = await exchange(await server(), path, { headers: authorization }).catch((error) => {
        throw unreachable([reasonOf(error)], error);
      });
      if (reply.status !== 200 && !expect.includes(reply.status)) throw refusal(reply);
      return reply;
    },
    async post(path, text, headers) {
      const request = { method: "POST", headers: { ...authorization, ...headers }, body: text };
      return exchange(await server(), path, request).catch((error) => {
        throw unreachable([reasonOf(error)], error);
      });
    },
    async put(path, text, headers) {
      const at = await server();
      const request = { method: "PUT", headers: { ...authorization, ...headers }, body: text };
      return exchange(at, path, request).catch((error) => {
        throw new Failure(
          `${at} did not answer the change (${reasonOf(error)}), so it may or may not have been stored.`,
          "Look with `leasehold history` whether it was, and try again if not.",
          { exitCode: ExitCode.unreachable, cause: error },
        );
      });
    },
  };
}

/** What a status other than success means to a person. */
export function refusal(reply: Reply): Failure {
  if (reply.status === 401 || reply.status === 403) {
    return new Failure(
      `${reply.server} did not accept the token.`,
      "Give the node's API token with --token or LEASEHOLD_TOKEN (`api.token` in its node.yaml).",
    );
  }
  const { error, fix } = (reply.body ?? {}) as { error?: unknown; fix?: unknown };
  const sentence = typeof error === "string" ? error : `it answered with HTTP status ${reply.status}.`;
  return new Failure(`${reply.server}: ${sentence}`, typeof fix === "string" ? fix : undefined);
}

/** The first server that is ready; when none is, the first that answers at all: its answers say what is wrong. */
async function chooseServer(servers: readonly string[]): Promise<string> {
  const probes = servers.map(async (server) => {
    const { status } = await exchange(server, "/readyz", {}, PROBE_PATIENCE_MS).catch((error) => {
      throw new Error(`${server}: ${reasonOf(error)}`, { cause: error });
    });
    return { server, ready: status === 200 };
  });
  const ready = probes.map((probe) => probe.then((one) => (one.ready ? one : Promise.reject())));
  try {
    return (await Promise.any(ready).catch(() => Promise.any(probes))).server;
  } catch (error) {
    throw unreachable((error as AggregateError).errors.map(reasonOf), error);
  }
}

async function exchange(
  server: string,
  path: string,
  init: RequestInit,
  patience = ANSWER_PATIENCE_MS,
): Promise<Reply> {
  const response = await fetch(new URL(path, server), { ...init, signal: AbortSignal.timeout(patience) });
  const body = parseJson(await response.text());
  return { status: response.status, server, etag: response.headers.get("etag") ?? undefined, body };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Something else than a Leasehold node listens there; the status tells enough.
  }
}

function unreachable(reasons: readonly string[], cause: unknown): Failure {
  return new Failure(
    `No server answered (${reasons.join("; ")}).`,
    "Check --server or LEASEHOLD_SERVER, and that a node listens there (`api.listen` in its node.yaml).",
    { exitCode: ExitCode.unreachable, cause },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const cause = error.cause;
  const told = error.message.startsWith("http") || !(cause instanceof Error);
  return told ? error.message : cause.message || String((cause as NodeJS.ErrnoException).code);
}
