// One GET, whole or not at all: 2xx, all of the body, and JSON. Whatever is at the other end, it takes no more memory and time than the
// source's limits say.
import { type AnswerLimits, type Reach, ReadFailure } from "../sources/source.ts";

/** No inventory nests deeper; a deeper answer could exhaust the stack of a reader. */
const DEPTH_MAX = 64;
const SHOWN = 200;

export const reach: Reach = {
  async getJson(url, options = {}) {
    const { token, limits = USUAL_LIMITS } = options;
    const deadline = new Deadline(limits);
    try {
      const text = await wholeBody(url, token, limits, deadline);
      return parsed(url, text);
    } finally {
      deadline.end();
    }
  },
};

export const USUAL_LIMITS: AnswerLimits = { octets: 64 * 1024 * 1024, wholeMs: 30_000, silenceMs: 5000 };

async function wholeBody(
  url: string,
  token: string | undefined,
  limits: AnswerLimits,
  deadline: Deadline,
): Promise<string> {
  const response = await fetch(url, {
    headers: {
      accept: "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    signal: deadline.signal,
  }).catch((cause: unknown) => {
    throw (
      deadline.failure(url) ?? new ReadFailure("unreachable", `GET ${url}: ${reasonOf(cause)}.`, { cause })
    );
  });
  deadline.progress();
  const octets = await bodyOf(url, response, limits, deadline);
  const text = new TextDecoder().decode(octets);
  if (response.ok) return text;
  const said = `GET ${url}: status ${response.status}, expected 2xx: ${text.slice(0, SHOWN)}`;
  throw new ReadFailure("status", said);
}

/** Counted as it is unpacked: a small answer may be a large one in gzip. */
async function bodyOf(
  url: string,
  response: Response,
  limits: AnswerLimits,
  deadline: Deadline,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  try {
    // fetch rejects a body that is shorter than its content-length; a chunked one that is cut it rejects too.
    for await (const chunk of response.body ?? []) {
      octets += chunk.length;
      if (octets > limits.octets) {
        const said = `GET ${url}: the answer has more than ${limits.octets.toLocaleString("en")} octets`;
        throw new ReadFailure("too-large", `${said}; answerMaxMiB in syncer.yaml is the limit.`);
      }
      chunks.push(chunk);
      deadline.progress();
    }
  } catch (cause) {
    if (cause instanceof ReadFailure) throw cause;
    const broken = `GET ${url}: the answer was cut off (${reasonOf(cause)}).`;
    throw deadline.failure(url) ?? new ReadFailure("broken-off", broken, { cause });
  }
  return Buffer.concat(chunks);
}

function parsed(url: string, text: string): unknown {
  if (isDeeperThan(DEPTH_MAX, text))
    throw new ReadFailure("too-deep", `GET ${url}: the answer is nested deeper than ${DEPTH_MAX} levels.`);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ReadFailure("not-json", `GET ${url}: the answer is not JSON: ${text.slice(0, 60)}…`, { cause });
  }
}

/** Brackets outside of strings; the parser reports what is not JSON. */
function isDeeperThan(max: number, text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (isInString) {
      if (character === 0x5c) at++;
      else if (character === 0x22) isInString = false;
    } else if (character === 0x22) isInString = true;
    else if (character === 0x5b || character === 0x7b) {
      if (++depth > max) return true;
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
  return false;
}

/** For the whole answer, and for the silence before each piece of it. */
class Deadline {
  private readonly limits: AnswerLimits;
  private readonly controller = new AbortController();
  private readonly whole: NodeJS.Timeout;
  private silence: NodeJS.Timeout;
  private passed: string | undefined;

  constructor(limits: AnswerLimits) {
    this.limits = limits;
    const { wholeMs, silenceMs } = limits;
    this.whole = setTimeout(() => this.pass(`not whole after ${wholeMs / 1000} s`), wholeMs);
    this.silence = this.awaitMore(silenceMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  progress(): void {
    clearTimeout(this.silence);
    this.silence = this.awaitMore(this.limits.silenceMs);
  }

  end(): void {
    clearTimeout(this.whole);
    clearTimeout(this.silence);
    // Whatever is still to come of the answer is not wanted.
    this.controller.abort();
  }

  /** What there is to say when the answer was given up because of it. */
  failure(url: string): ReadFailure | undefined {
    return this.passed === undefined ? undefined : new ReadFailure("timeout", `GET ${url}: ${this.passed}.`);
  }

  private awaitMore(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.pass(`nothing came for ${ms / 1000} s`), ms);
  }

  private pass(what: string): void {
    this.passed ??= what;
    this.controller.abort();
  }
}

/** fetch says only "fetch failed"; what happened is in its cause. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  if (!(inner instanceof Error)) return String(inner);
  return inner.message || (inner as { code?: string }).code || inner.name;
}
