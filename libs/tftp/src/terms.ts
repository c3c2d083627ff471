// What client and server agree on for a transfer: RFC 2347 (options), 2348 (blksize), 2349 (timeout, tsize), 7440 (windowsize).
// Only what was asked is acknowledged, in the client's order and spelling: tftp-hpa 5.2 takes an OACK that it did not ask for
// as noise, and curl and busybox abort when blksize is larger than they asked.
import type { Option } from "./packet.ts";

/** RFC 1350: what holds where no option says otherwise. */
const BLOCK_SIZE_DEFAULT = 512;
/** RFC 2348. */
const BLOCK_SIZE_MIN = 8;
const TIMEOUT_MS_DEFAULT = 1000;

export interface Policy {
  /** The largest block that fits a packet of the link without fragments: MTU - 32 with IPv4. */
  readonly blockSizeMax: number;
  readonly windowSizeMax: number;
  /** A window is smaller than a client's receive buffer, or its end is always lost. */
  readonly windowBytesMax: number;
  /** A longer `timeout` is not acknowledged: it would keep a dead client's transfer for minutes. */
  readonly timeoutSecondsMax: number;
}

export const defaultPolicy: Policy = {
  blockSizeMax: 1468,
  windowSizeMax: 64,
  windowBytesMax: 128 * 1024,
  timeoutSecondsMax: 30,
};

export interface Terms {
  readonly blockSize: number;
  readonly windowSize: number;
  /** Until an unanswered window is sent again, for the first time. */
  readonly timeoutMs: number;
  /** The client has named the timeout: it stays the same then. */
  readonly isTimeoutFixed: boolean;
  /** The content of the OACK; none is sent when it is empty. */
  readonly acknowledged: readonly Option[];
  readonly isSizeAsked: boolean;
}

type Agreed = { -readonly [key in keyof Terms]: Terms[key] };
/** Answers with the value to acknowledge; undefined: as if it had not been asked. */
type Agree = (asked: number, terms: Agreed, given: { policy: Policy; size: number }) => number | undefined;

const known: Readonly<Record<string, Agree>> = {
  blksize: (asked, terms, { policy }) => {
    if (asked < BLOCK_SIZE_MIN) return undefined;
    terms.blockSize = Math.min(asked, Math.max(policy.blockSizeMax, BLOCK_SIZE_MIN));
    return terms.blockSize;
  },
  timeout: (asked, terms, { policy }) => {
    if (asked < 1 || asked > Math.min(policy.timeoutSecondsMax, 255)) return undefined;
    terms.timeoutMs = asked * 1000;
    terms.isTimeoutFixed = true;
    return asked;
  },
  tsize: (_, terms, { size }) => {
    terms.isSizeAsked = true;
    // curl up to 7.88 at least takes a size of 0 for nonsense, and gives up (findings/curl-refuses-an-empty-file-over-tftp.sh).
    return size === 0 ? undefined : size;
  },
  windowsize: (asked, terms, { policy }) => {
    if (asked < 1 || asked > 0xffff) return undefined;
    terms.windowSize = Math.min(asked, Math.max(policy.windowSizeMax, 1));
    return terms.windowSize;
  },
};

/** `size`: of the file, in octets as they are transferred. */
export function agree(asked: readonly Option[], size: number, policy: Policy): Terms {
  const terms: Agreed = {
    blockSize: BLOCK_SIZE_DEFAULT,
    windowSize: 1,
    timeoutMs: TIMEOUT_MS_DEFAULT,
    isTimeoutFixed: false,
    acknowledged: [],
    isSizeAsked: false,
  };
  const answers = new Map<string, Option>();
  for (const { name, value } of asked) {
    const key = name.toLowerCase();
    const number = wholeNumber(value);
    if (number === undefined || answers.has(key) || !Object.hasOwn(known, key)) continue;
    const answer = known[key]!(number, terms, { policy, size });
    if (answer !== undefined) answers.set(key, { name, value: String(answer) });
  }
  shortenWindow(terms, answers, policy);
  return { ...terms, acknowledged: [...answers.values()] };
}

/** After all else, as blksize may stand behind windowsize. */
function shortenWindow(terms: Agreed, answers: Map<string, Option>, { windowBytesMax }: Policy): void {
  const asked = answers.get("windowsize");
  if (asked === undefined) return;
  terms.windowSize = Math.max(1, Math.min(terms.windowSize, Math.floor(windowBytesMax / terms.blockSize)));
  answers.set("windowsize", { name: asked.name, value: String(terms.windowSize) });
}

const wholeNumber = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text) ? Number(text) : undefined;
