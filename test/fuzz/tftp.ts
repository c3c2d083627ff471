// Changed TFTP packets through the codec and into transfers that run: requests begin them, everything else happens to them, and what the
// machine returns is held to what it may return at all. A transfer is the sum of its packets: a failure is repeated by its seed.
import { deepStrictEqual } from "node:assert";
import {
  advance,
  agree,
  begin,
  decode,
  defaultPolicy,
  encode,
  type Packet,
  pathOf,
  type Step,
  type Transfer,
} from "@leasehold/tftp";
import { Random } from "../random.ts";

export interface TftpFuzzReport {
  readonly count: number;
  readonly seconds: number;
  /** What became of the packets: by kind, why they were dropped, and how transfers ended. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failure?: { readonly octets: Uint8Array; readonly what: string };
}

export interface TftpFuzzLimits {
  readonly count?: number;
  readonly seconds?: number;
  readonly seed: number;
}

const request = (text: string): Uint8Array => Buffer.from(`\0\x01${text.replaceAll("|", "\0")}\0`, "latin1");
const numbered = (opcode: number, number: number, rest = ""): Uint8Array =>
  Buffer.concat([Buffer.from([0, opcode, number >> 8, number & 0xff]), Buffer.from(rest)]);

/** As real clients send them (docs/boot.md), and one that writes. */
const CORPUS: readonly Uint8Array[] = [
  request("boot/ipxe.efi|octet|tsize|0|blksize|1468|windowsize|4"),
  request("undionly.kpxe|octet|blksize|1432|tsize|0"),
  request("pxelinux.cfg/01-52-54-00-12-34-56|octet|tsize|0|blksize|1408"),
  request("/grub/x86_64-efi/command.lst|octet|blksize|1024|tsize|0"),
  request("boot.scr.uimg|octet|timeout|5|blksize|1468"),
  request("f|octet|tsize|0|blksize|512|timeout|6"),
  request("f|octet|blksize|1468|windowsize|64|tsize|0"),
  request("..\\..\\Boot\\BCD|netascii"),
  Buffer.from("\0\x02f\0octet\0"),
  numbered(4, 0),
  numbered(4, 1),
  numbered(4, 65_535),
  numbered(5, 8, "User aborted the transfer\0"),
  numbered(3, 1, "data"),
  Buffer.from("\0\x06tsize\x0010\0"),
];
/** So often an ACK of what is awaited keeps a transfer going. */
const HELPFUL = 3;
/** Each of them once in a hundred packets. */
const PAUSES_MS = [100, 1000, 3000, 9000, 40_000];
const SIZES = [0, 511, 512, 5000, 100_000, 60_000_000];

export function fuzzTftp({
  count = Number.POSITIVE_INFINITY,
  seconds,
  seed,
}: TftpFuzzLimits): TftpFuzzReport {
  const random = new Random(seed);
  const outcomes = new Map<string, number>();
  const started = performance.now();
  const end = started + (seconds ?? Number.POSITIVE_INFINITY) * 1000;
  let done = 0;
  let step: Step | undefined;
  let now = 0;
  const report = () => ({ count: done, seconds: (performance.now() - started) / 1000, outcomes });
  const saw = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (; done < count && (done % 1000 > 0 || performance.now() < end); done++) {
    const isHelpful = step !== undefined && random.below(HELPFUL) > 0;
    const octets = Uint8Array.from(isHelpful ? expected(step!.transfer, random) : changed(random));
    now += PAUSES_MS[random.below(PAUSES_MS.length * 20)] ?? random.below(5);
    try {
      const packet = decode(octets);
      saw(typeof packet === "string" ? packet : packet.kind);
      if (typeof packet !== "string") step = happen(step, packet, { random, now });
      if (step !== undefined) step = step.end === undefined ? onTime(step, now) : step;
      if (step?.end !== undefined) saw(step.end);
      if (step?.end !== undefined) step = undefined;
    } catch (thrown) {
      const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      return { ...report(), failure: { octets, what } };
    }
  }
  return report();
}

function happen(step: Step | undefined, packet: Packet, { random, now }: { random: Random; now: number }) {
  deepStrictEqual(decode(encode(packet)), packet, "what was decoded is encoded in the same way");
  if (packet.kind === "rrq") {
    const path = pathOf(packet.file);
    if (typeof path !== "string")
      hold(
        path.every((part) => !["", ".", ".."].includes(part) && !/[/\\\0]/.test(part)),
        "a path stays below the root",
      );
    if (step !== undefined) return checked(advance(step.transfer, { kind: "requestedAgain" }, now), now);
    const size = SIZES[random.below(SIZES.length)]!;
    const terms = agree(packet.options, size, defaultPolicy);
    hold(
      terms.acknowledged.every(({ name }) => packet.options.some((asked) => asked.name === name)),
      "only what was asked is acknowledged",
    );
    hold(terms.blockSize >= 8 && terms.blockSize <= defaultPolicy.blockSizeMax, "blocks fit the link");
    return checked(begin(terms, size, now), now);
  }
  if (step === undefined || (packet.kind !== "ack" && packet.kind !== "error")) return step;
  return checked(advance(step.transfer, packet, now), now);
}

const onTime = ({ transfer }: Step, now: number): Step =>
  checked(advance(transfer, { kind: "time" }, now), now);

/** What holds of every step, whatever has happened. */
function checked(step: Step, now: number): Step {
  const { transfer, sending, end } = step;
  const { acked, sent, lastBlock, terms, deadline } = transfer;
  hold(acked <= sent || end === "complete", "only what was sent is acknowledged");
  hold(sent <= lastBlock && acked <= lastBlock, "nothing is sent behind the end");
  hold(sent - acked <= terms.windowSize, "a window is not larger than agreed");
  hold(end !== undefined || sending === undefined || deadline > now, "what was sent is waited for");
  hold(end === undefined || sending === undefined, "after its end a transfer sends nothing");
  if (sending?.kind === "blocks")
    hold(
      sending.first === acked + 1 && sending.last === sent && sending.last >= sending.first,
      "the window is sent",
    );
  return step;
}

function hold(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

/** The ACK that keeps the transfer going: of the window, or of a block in it. */
function expected({ isAwaitingOack, acked, sent }: Transfer, random: Random): Uint8Array {
  return numbered(
    4,
    (isAwaitingOack ? 0 : sent - (random.below(8) === 0 ? random.below(sent - acked + 2) : 0)) & 0xffff,
  );
}

function changed(random: Random): Uint8Array {
  let octets: Uint8Array = Uint8Array.from(CORPUS[random.below(CORPUS.length)]!);
  for (let left = random.below(4); left > 0; left--) octets = changedOnce(octets, random);
  return octets;
}

const TELLING = [
  "\0",
  "..",
  "/",
  "\\",
  "%2e",
  "0",
  "9",
  "65465",
  "-1",
  "blksize",
  "tsize",
  "windowsize",
  "octet",
  "\xff",
];

function changedOnce(octets: Uint8Array, random: Random): Uint8Array {
  const at = random.below(octets.length + 1);
  const telling = Buffer.from(TELLING[random.below(TELLING.length)]!, "latin1");
  const [head, tail] = [octets.subarray(0, at), octets.subarray(at)];
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([head, telling, tail]);
    case 1:
      return Buffer.concat([head, telling, tail.subarray(telling.length)]);
    case 2:
      return Uint8Array.from(head);
    case 3:
      return Buffer.concat([head, CORPUS[random.below(CORPUS.length)]!.subarray(random.below(20))]);
    case 4:
      return Uint8Array.from(octets, (octet, index) =>
        index === at ? octet ^ (1 << random.below(8)) : octet,
      );
    default:
      return Uint8Array.from({ length: random.below(600) }, () => random.next());
  }
}
