// The HTTP API of the nodes, as a client sees it. All servers are asked at once whether they are ready; the first that is
// serves the whole command, so that what it read and what it changes come from one node. One that does not answer, has another
// token or has lost the store gives way to the next; who refused, and why, is said when none is left.
import { ExitCode, Failure } from "../failure.ts";

const PROBE_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 60_000; // A million leases take a while.

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

type Request = Pick<RequestInit, "method" | "headers" | "body">;

export function createApi(servers: readonly string[], token: string | undefined): Api {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const candidates = new Candidates(servers);
  const ask = (path: string, request: Request, isRefused: (status: number) => boolean, retry: Retry) =>
    candidates.ask(
      (server) => exchange(server, path, { ...request, headers: { ...authorization, ...request.headers } }),
      isRefused,
      retry,
    );

  return {
    at: (one) => createApi([one], token),
    async get(path, expect = []) {
      const reply = await ask(path, {}, (status) => isTokenRefused(status) || status >= 500, "always");
      if (reply.status !== 200 && !expect.includes(reply.status)) throw refusal(reply);
      return reply;
    },
    post: (path, text, headers) =>
      ask(path, { method: "POST", headers, body: text }, isTokenRefused, "always"),
    put: (path, text, headers) =>
      ask(path, { method: "PUT", headers, body: text }, isTokenRefused, "unless-received"),
  };
}

/** Whether another server is asked though this one may have received the request. */
type Retry = "always" | "unless-received";

/** The servers in the order in which they are asked; the one that answered stays the first. */
class Candidates {
  private readonly servers: readonly string[];
  private order: Promise<string[]> | undefined;
  private readonly refused: string[] = [];

  constructor(servers: readonly string[]) {
    this.servers = servers;
  }

  async ask(
    call: (server: string) => Promise<Reply>,
    isRefused: (status: number) => boolean,
    retry: Retry,
  ): Promise<Reply> {
    this.order ??= readyFirst(this.servers);
    const order = await this.order;
    const last: { reply?: Reply; error?: unknown } = {};
    while (order.length > 0) {
      const [server] = order as [string];
      try {
        const reply = await call(server);
        if (!isRefused(reply.status)) return reply;
        last.reply = reply;
        this.refused.push(refusal(reply).message);
      } catch (error) {
        if (retry === "unless-received" && !isNotReceived(error)) throw lostAnswer(server, error);
        last.error = error;
        this.refused.push(`${server}: ${reasonOf(error)}`);
      }
      order.shift();
    }
    if (last.reply !== undefined) throw refusedByAll(last.reply, this.refused);
    throw unreachable(this.refused, last.error);
  }
}

function refusedByAll(reply: Reply, refused: readonly string[]): Failure {
  const { message, fix } = refusal(reply);
  const details = refused.filter((one) => one !== message);
  return new Failure(message, fix, { details, extra: { status: reply.status, refused } });
}

function lostAnswer(server: string, cause: unknown): Failure {
  return new Failure(
    `${server} did not answer (${reasonOf(cause)}), so the change may or may not have been stored.`,
    "Check with `leasehold history` whether it was stored, and try again if not.",
    { exitCode: ExitCode.unreachable, cause },
  );
}

function isTokenRefused(status: number): boolean {
  return status === 401 || status === 403;
}

/** It was never sent: nobody listened there, or the certificate was not trusted. */
function isNotReceived(error: unknown): boolean {
  const { code = "" } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|.*CERT.*)$/.test(
    code,
  );
}

/** What a status other than success means to a person. */
export function refusal(reply: Reply): Failure {
  if (isTokenRefused(reply.status)) {
    return new Failure(
      `${reply.server} did not accept the token.`,
      "Give the node's API token with --token or LEASEHOLD_TOKEN (`api.token` in its node.yaml).",
    );
  }
  const { error, fix } = (reply.body ?? {}) as { error?: unknown; fix?: unknown };
  const sentence = typeof error === "string" ? error : `it answered with HTTP status ${reply.status}.`;
  return new Failure(`${reply.server}: ${sentence}`, typeof fix === "string" ? fix : undefined, {
    exitCode: reply.status === 400 || reply.status === 422 ? ExitCode.usage : ExitCode.failed,
    extra: { status: reply.status },
  });
}

/** Those that are ready, then those that answer, in the order in which they did; then the others. */
async function readyFirst(servers: readonly string[]): Promise<string[]> {
  if (servers.length === 1) return [...servers];
  const ready: string[] = [];
  const answering: string[] = [];
  const probes = servers.map(async (server) => {
    const { status } = await exchange(server, "/readyz", {}, PROBE_TIMEOUT_MS);
    (status === 200 ? ready : answering).push(server);
    return status === 200 ? server : Promise.reject();
  });
  await Promise.any(probes).catch(() => undefined);
  const asked = [...ready, ...answering];
  return [...asked, ...servers.filter((server) => !asked.includes(server))];
}

async function exchange(
  server: string,
  path: string,
  init: RequestInit,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Reply> {
  const response = await fetch(new URL(path, server), { ...init, signal: AbortSignal.timeout(timeoutMs) });
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
  const isComplete = error.message.startsWith("http") || !(cause instanceof Error);
  return isComplete ? error.message : cause.message || String((cause as NodeJS.ErrnoException).code);
}
