// The judge of links finds what it is for: a node that never opens its link again, one whose clients nobody takes over, one that says nothing.
import {
  decode,
  encode,
  encodeOption,
  ipv4,
  type Mac,
  MessageType,
  macBytes,
  parseMac,
} from "@leasehold/protocol";
import { expect, test } from "vitest";
import { discover } from "../../lab/messages.ts";
import type { WireMessage } from "../../lab/wire.ts";
import type { FaultRecord, LinkStory } from "../fault-record.ts";
import { CROWD_MACS, LINK_BOUND_MS, LinkService } from "./link-service.ts";

const NODES = ["02:78:00:00:00:01", "02:78:00:00:00:02", "02:78:00:00:00:03"].map((text) => parseMac(text)!);
const [, VICTIM] = NODES as [Mac, Mac, Mac];
const [STRUCK, HEALED, END] = [10_000, 20_000, 35_000];
const NONE = ipv4(0);

interface Doctored {
  /** Whether a node answers who asks then. */
  readonly answers: (node: Mac, at: number) => boolean;
  /** Whether the others take the share of one that does not answer. */
  readonly takesOver?: (at: number) => boolean;
  readonly link?: Partial<LinkStory>;
}

function message(at: number, client: Mac, bytes: Uint8Array, fromMac: Mac): WireMessage {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.failure);
  const { packet } = decoded;
  const where = { source: NONE, target: NONE, toMac: fromMac, frame: Buffer.alloc(0) };
  return { at, fromMac, packet, client, type: packet.messageType, ...where };
}

function offer(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(548);
  const addresses = { ciaddr: NONE, yiaddr: ipv4(0x0a4e1005), siaddr: NONE, giaddr: NONE };
  const head = { op: 2, htype: 1, hlen: 6, hops: 0, xid: 1, secs: 0, flags: 0, chaddr: macBytes(mac) };
  const options = [
    [53, Uint8Array.of(MessageType.OFFER)] as const,
    [54, encodeOption("serverIdentifier", ipv4(0x0a4e000c))] as const,
  ];
  return bytes.subarray(0, encode({ ...head, ...addresses, options }, bytes));
}

/** Ten ask a second, each of another node's share in turn. */
function judged({ answers, takesOver = () => true, link = {} }: Doctored): string[] {
  const story: LinkStory = {
    ...{ interfaceName: "lan0", macs: new Set([VICTIM]), toldMs: 300, backAt: HEALED + 100 },
    upMs: 300,
    ...link,
  };
  const times = {
    from: STRUCK - 50,
    struckAt: STRUCK,
    to: HEALED,
    servingAt: HEALED + 500,
    calmAt: HEALED + 900,
  };
  const fault: FaultRecord = { name: "link deleted", where: "n2", costsQuorum: false, ...times, link: story };
  const judge = new LinkService([fault]);
  for (let i = 0; i * 100 < END; i++) {
    const at = i * 100;
    const mac = parseMac(
      `${CROWD_MACS}00:${(i >> 8).toString(16).padStart(2, "0")}:${(i & 255).toString(16).padStart(2, "0")}`,
    )!;
    judge.see(message(at, mac, discover({ mac, xid: 1 }), mac));
    const first = NODES[i % 3]!;
    const by = answers(first, at) ? first : NODES.find((node) => takesOver(at) && answers(node, at));
    if (by !== undefined) judge.see(message(at + 5, mac, offer(mac), by));
  }
  return judge.verdict().map(({ invariant }) => invariant);
}

const isGone = (at: number) => at >= STRUCK && at < HEALED + 100;

test("the others answer while the link is away, and the node does when it is back: in order", () => {
  expect(judged({ answers: (node, at) => node !== VICTIM || !isGone(at) })).toEqual([]);
});

test("the others may take a moment to notice, and the node to come back", () => {
  const takesOver = (at: number) => at >= STRUCK + LINK_BOUND_MS - 100;
  const answers = (node: Mac, at: number) =>
    node !== VICTIM || at < STRUCK || at > HEALED + LINK_BOUND_MS - 500;
  expect(judged({ answers, takesOver })).toEqual([]);
});

test("L2: a node that never opens its link again", () => {
  expect(judged({ answers: (node, at) => node !== VICTIM || at < STRUCK })).toEqual(["L2"]);
});

test("L2: a node that opens it later than the bound", () => {
  const answers = (node: Mac, at: number) =>
    node !== VICTIM || at < STRUCK || at > HEALED + 100 + LINK_BOUND_MS;
  expect(judged({ answers })).toEqual(["L2"]);
});

test("L1: nobody takes over the share of a node whose link is away", () => {
  const answers = (node: Mac, at: number) => node !== VICTIM || !isGone(at);
  expect(judged({ answers, takesOver: () => false })).toEqual(["L1"]);
});

test("L1: a node with another address is deaf, and says that it serves", () => {
  const answers = (node: Mac, at: number) => node !== VICTIM || !isGone(at);
  expect(judged({ answers, takesOver: () => false })).toEqual(["L1"]);
});

test("L1: nobody asked, so that nothing is known", () => {
  const judge = new LinkService([
    {
      ...{ name: "link deleted", where: "n2", costsQuorum: false, from: 0, struckAt: 0, to: 10_000 },
      ...{ servingAt: 10_500, calmAt: 11_000 },
      link: { interfaceName: "lan0", macs: new Set(), toldMs: 1, backAt: 10_100, upMs: 1 },
    },
  ]);
  expect(judge.verdict().map(({ invariant }) => invariant)).toEqual(["L1", "L2"]);
});

test("L3: the nodes do not say that it is away, nor that it is back", () => {
  const answers = (node: Mac, at: number) => node !== VICTIM || !isGone(at);
  expect(judged({ answers, link: { toldMs: undefined } })).toEqual(["L3"]);
  expect(judged({ answers, link: { upMs: undefined } })).toEqual(["L3"]);
});
