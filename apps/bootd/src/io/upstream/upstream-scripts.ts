// Scripts that other servers make: BSS, boot-service, Ironic. Waited for at most as long as the profile says; the last good one counts while
// there is no new one, for as long as the profile says. Bounded in each direction: octets of one, how many are kept, how many are asked for at once.
import type { Upstream } from "../../routes/route.ts";

type Wanted = Parameters<Upstream["script"]>[0];

const OCTETS_MAX = 256 * 1024;
const KEPT_OCTETS_MAX = 16 * 1024 * 1024;
/** What each counts for besides its text: URLs have what a request says of a machine, so that there may be any number of them with short answers. */
const OF_EACH_OCTETS = 1024;
const ASKED_MAX = 128;

export interface UpstreamParts {
  readonly steady: () => number;
  readonly onFault: (url: string, reason: string) => void;
}

interface Kept {
  readonly text: string;
  readonly at: number;
}

export class UpstreamScripts {
  readonly #parts: UpstreamParts;
  /** By URL, that which was asked for longest ago first. */
  readonly #kept = new Map<string, Kept>();
  readonly #asking = new Map<string, Promise<string | undefined>>();
  #octets = 0;

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
  }

  get kept(): number {
    return this.#kept.size;
  }

  async script(wanted: Wanted): Promise<string | undefined> {
    return (await this.#ask(wanted)) ?? this.#lastOf(wanted);
  }

  /** Who asks for what is being asked for waits for that. */
  #ask(wanted: Wanted): Promise<string | undefined> {
    const { url } = wanted;
    const before = this.#asking.get(url);
    if (before !== undefined) return before;
    if (this.#asking.size >= ASKED_MAX) {
      this.#parts.onFault(url, `${ASKED_MAX} others are asked for already`);
      return Promise.resolve(undefined);
    }
    const asking = this.#fetch(wanted).finally(() => this.#asking.delete(url));
    this.#asking.set(url, asking);
    return asking;
  }

  async #fetch({ url, timeoutMs }: Wanted): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { signal, headers: { accept: "text/plain, */*" } });
      const text = await textOf(response);
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.#keep(url, text);
      return text;
    } catch (cause) {
      const { message, cause: inner } = cause as Error;
      this.#parts.onFault(url, inner instanceof Error ? inner.message || message : message);
      return undefined;
    }
  }

  #lastOf({ url, keepSeconds }: Wanted): string | undefined {
    const kept = this.#kept.get(url);
    return kept !== undefined && this.#parts.steady() - kept.at < keepSeconds * 1000 ? kept.text : undefined;
  }

  #keep(url: string, text: string): void {
    this.#forget(url);
    this.#kept.set(url, { text, at: this.#parts.steady() });
    this.#octets += sizeOf(url, text);
    for (const oldest of this.#kept.keys()) {
      if (this.#octets <= KEPT_OCTETS_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(url: string): void {
    const kept = this.#kept.get(url);
    if (kept === undefined) return;
    this.#octets -= sizeOf(url, kept.text);
    this.#kept.delete(url);
  }
}

const sizeOf = (url: string, text: string): number => OF_EACH_OCTETS + url.length + text.length;

/** @throws Error where it has too many octets, or they are no UTF-8. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of body ?? []) {
    octets += chunk.length;
    if (octets > OCTETS_MAX) throw new Error(`the answer has more than ${OCTETS_MAX} octets`);
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}
