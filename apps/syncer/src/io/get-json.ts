// One GET, whole or not at all: 2xx, all of the body, and JSON.
import { type Reach, ReadFailure } from "../source.ts";

const TIMEOUT_MS = 30_000;

export const reach: Reach = {
  async getJson(url, options = {}) {
    const response = await fetch(url, {
      headers: {
        accept: "application/json",
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new ReadFailure(`GET ${url}: ${reasonOf(cause)}.`, { cause });
    });
    // fetch rejects a body that is shorter than its content-length; a chunked one that is cut it rejects too.
    const text = await response.text().catch((cause: unknown) => {
      throw new ReadFailure(`GET ${url}: the answer broke off (${reasonOf(cause)}).`, { cause });
    });
    if (!response.ok)
      throw new ReadFailure(`GET ${url}: status ${response.status}, expected 2xx: ${text.slice(0, 200)}`);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new ReadFailure(`GET ${url}: the answer is not JSON: ${text.slice(0, 60)}…`, { cause });
    }
  },
};

/** fetch says only "fetch failed"; what happened is in its cause. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  if (!(inner instanceof Error)) return String(inner);
  return inner.message || (inner as { code?: string }).code || inner.name;
}
