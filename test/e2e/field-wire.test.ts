// Inputs from the field, as they were on the wire: fields that are filled in where they say nothing, and those that are left out.
// Each test has the name of its report. The rules are tested beside the code (apps/dhcpd/src/request/client-state.test.ts).
import {
  type EncodedOption,
  encode,
  formatIpv4,
  type Ipv4,
  ipv4,
  type Mac,
  MessageType,
  type MessageTypeName,
  macBytes,
  parseIpv4,
} from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { must, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { storedRecord } from "./stored-record.ts";

const ALL = "255.255.255.255";
const EVERYBODY = "ff:ff:ff:ff:ff:ff";
const ELSEWHERE = "192.168.5.5";
const FORMER = "10.77.0.99";
const labOf = labForTests("fieldwire", { clients: 1, network: fileHere("networks/field-wire.yaml") });
const address = (text: string): Ipv4 => parseIpv4(text)!;
let capture: string;
let client: UdpPort;
let relay: UdpPort;
let xid = 0xf1e10000;

beforeAll(async () => {
  const lab = labOf();
  for (const { name } of lab.nodes) await on(name, "ip", "address", "add", second(name), "dev", "eth0");
  capture = await lab.startCapture();
  for (const host of ["c1", "r1"]) await on(host, "ip", "route", "replace", `${ALL}/32`, "dev", "eth0");
  client = await UdpPort.open(lab, "c1", 68);
  relay = await UdpPort.open(lab, "r1", 67);
});
afterAll(() => Promise.all([client, relay].map((port) => port?.close())));

const on = (host: string, ...words: string[]) => must([...labOf().onHost(host).argv, ...words]);
/** A node's address on the second network of the link: n1 has 192.168.50.251. */
const second = (node: string) => `192.168.50.25${node.slice(1)}/24`;

interface Fields {
  readonly ciaddr?: string;
  readonly giaddr?: string;
  /** Options 50 and 54. */
  readonly requested?: string;
  readonly server?: string;
  readonly broadcast?: boolean;
  readonly more?: readonly EncodedOption[];
  /** So many octets of it are sent. */
  readonly size?: number;
}

/** A client as nobody was before. */
class Client {
  readonly mac: Mac;
  xid = ++xid;

  constructor(mac = `02:1e:a5:f1:${hexOf(xid >> 8)}:${hexOf(xid)}`) {
    this.mac = mac as Mac;
  }

  message(type: MessageTypeName | undefined, fields: Fields = {}): Uint8Array {
    const { ciaddr = "0.0.0.0", giaddr = "0.0.0.0", requested, server, broadcast, more = [] } = fields;
    this.xid = ++xid;
    const bytes = new Uint8Array(548);
    const message = {
      ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: this.xid, secs: 0, flags: broadcast ? 0x8000 : 0 },
      ...{ ciaddr: address(ciaddr), yiaddr: ipv4(0), siaddr: ipv4(0), giaddr: address(giaddr) },
      chaddr: macBytes(this.mac),
      options: [
        ...(type === undefined ? [] : [[53, Uint8Array.of(MessageType[type])] as const]),
        ...(requested === undefined ? [] : [[50, octets(requested)] as const]),
        ...(server === undefined ? [] : [[54, octets(server)] as const]),
        ...more,
      ],
    };
    return bytes.subarray(0, Math.min(encode(message, bytes), fields.size ?? bytes.length));
  }

  /** Sends, and answers with the first reply that the bridge saw. */
  async ask(type: MessageTypeName | undefined, fields: Fields = {}, port = client, to = ALL) {
    const bytes = this.message(type, fields);
    return until(`${type} of ${this.mac} is answered`, 15, async () => {
      port.send(bytes, to, 67);
      return until("there is a reply", 2, async () => this.replies()[0], 50).catch(() => undefined);
    });
  }

  replies(): WireMessage[] {
    return readWire(capture).filter(({ packet }) => packet.op === 2 && packet.xid === this.xid);
  }

  /** What became of its last packet, by the nodes' own word. */
  async outcome(fits: RegExp): Promise<string> {
    return until(`${this.mac} is told ${fits}`, 15, async () => {
      const nodes = await labOf().leasehold<NodeOutcomes[]>(["why", this.mac]);
      const mine = nodes.flatMap(({ outcomes = [] }) =>
        outcomes.filter((one) => one.xid === hexOf(this.xid, 8)),
      );
      return mine
        .map(({ outcome, reason }) => (reason ? `${outcome}: ${reason}` : outcome))
        .find((one) => fits.test(one));
    });
  }

  /** DISCOVER to ACK: its address, and who gave it. */
  async lease(more: Fields = {}): Promise<{ ip: string; server: string }> {
    const offer = await this.ask("DISCOVER", more);
    const taken = { requested: yiaddr(offer), server: serverOf(offer) };
    const ack = await this.ask("REQUEST", { ...more, ...taken });
    expect(ack.type).toBe(MessageType.ACK);
    return { ip: yiaddr(ack), server: serverOf(ack) };
  }
}

/** The client has the address from now on: its replies come by IP. */
async function use(ip: string): Promise<void> {
  await on("c1", "ip", "address", "flush", "dev", "eth0");
  await on("c1", "ip", "address", "add", `${ip}/16`, "dev", "eth0");
  await on("c1", "ip", "route", "replace", `${ALL}/32`, "dev", "eth0");
}

interface NodeOutcomes {
  readonly outcomes?: readonly { outcome: string; reason: string | null; xid: string }[];
}

const hexOf = (n: number, digits = 2) => (n >>> 0).toString(16).padStart(digits, "0").slice(-digits);
const octets = (text: string) => Uint8Array.from(text.split("."), Number);
const yiaddr = ({ packet }: WireMessage) => formatIpv4(packet.yiaddr);
const serverOf = ({ packet }: WireMessage) => formatIpv4(packet.get("serverIdentifier")!);
const type = ({ packet }: WireMessage) => packet.messageType;

/** A frame to the client's own hardware address: nobody is asked by ARP for an address that it does not have. */
function expectToHardware(reply: WireMessage): void {
  expect([reply.toMac, formatIpv4(reply.target)]).toEqual([reply.client, yiaddr(reply)]);
  expect(reply.packet.ciaddr).toBe(0);
}

function expectToAll(reply: WireMessage): void {
  expect([reply.toMac, formatIpv4(reply.target)]).toEqual([EVERYBODY, ALL]);
}

describe("field report 1: ciaddr of a client that has no address", () => {
  test.each([
    ["the address that it wants again", undefined],
    ["an address of another network", ELSEWHERE],
  ])("%s: OFFER and ACK go to its hardware address, or to all", async (_, stated) => {
    for (const broadcast of [false, true]) {
      const who = new Client();
      const wanted = (await who.lease()).ip;
      const ciaddr = stated ?? wanted;
      const offer = await who.ask("DISCOVER", { ciaddr, requested: wanted, broadcast });
      expect([type(offer), yiaddr(offer)]).toEqual([MessageType.OFFER, wanted]);
      const ack = await who.ask("REQUEST", { ciaddr, requested: wanted, server: serverOf(offer), broadcast });
      expect([type(ack), yiaddr(ack)]).toEqual([MessageType.ACK, wanted]);
      for (const reply of [offer, ack]) (broadcast ? expectToAll : expectToHardware)(reply);
    }
  });
});

describe("field report 2: what a client gives back", () => {
  const becomes = (ip: string, kind: string) =>
    until(`${ip} is ${kind}`, 10, async () => (await storedRecord(labOf(), ip)).type === kind);

  test.each<[string, (ip: string, server: string) => Fields]>([
    ["without option 54", (requested) => ({ requested })],
    ["in ciaddr, with option 54", (ciaddr, server) => ({ ciaddr, server })],
    ["in ciaddr, with option 54 of 0.0.0.0", (ciaddr) => ({ ciaddr, server: "0.0.0.0" })],
  ])("DECLINE %s: it is given to nobody, and somebody else cannot say so", async (_, fields) => {
    const [who, other] = [new Client(), new Client()];
    const { ip, server } = await who.lease();
    client.send(other.message("DECLINE", fields(ip, server)), ALL, 67);
    expect(yiaddr(await who.ask("DISCOVER", { requested: ip }))).toBe(ip);
    client.send(who.message("DECLINE", fields(ip, server)), ALL, 67);
    await becomes(ip, "AddressDeclined");
    expect(yiaddr(await who.ask("DISCOVER", { requested: ip }))).not.toBe(ip);
  });

  test("RELEASE with the address in option 50", async () => {
    const who = new Client();
    const { ip, server } = await who.lease();
    client.send(who.message("RELEASE", { requested: ip, server }), ALL, 67);
    await becomes(ip, "LeaseReleased");
  });
});

describe("field report 4: 0.0.0.0 says nothing", () => {
  const giaddr = () => labOf().host("r1").address!;
  const unnumbered = Buffer.from("010461626364" + "050400000000", "hex");

  test.each<[string, EncodedOption[]]>([
    ["link selection", [[82, unnumbered]]],
    ["option 118", [[118, octets("0.0.0.0")]]],
  ])("%s: giaddr decides", async (_, more) => {
    const offer = await new Client().ask("DISCOVER", { giaddr: giaddr(), more }, relay, nodeAddress());
    expect(yiaddr(offer)).toMatch(/^10\.20\.0\./);
  });

  test("server identifier override: the node names itself", async () => {
    const more: EncodedOption[] = [[82, Buffer.from("0b0400000000", "hex")]];
    const offer = await new Client().ask("DISCOVER", { giaddr: giaddr(), more }, relay, nodeAddress());
    expect(serverOf(offer)).toBe(nodeAddress());
  });

  test("options 50, 51, 54, 57, 12, 55 and 61 that say nothing", async () => {
    const none = new Uint8Array(0);
    const more: EncodedOption[] = [
      [51, Uint8Array.of(0, 0, 0, 0)],
      ...([12, 61] as const).map((code): EncodedOption => [code, none]),
      [57, Uint8Array.of(0, 0)],
    ];
    const who = new Client();
    const offer = await who.ask("DISCOVER", { requested: "0.0.0.0", server: "0.0.0.0", more });
    expect([type(offer), offer.packet.get("ipAddressLeaseTime")]).toEqual([MessageType.OFFER, 3600]);
    expectToHardware(offer);
  });
});

describe("field report 11: REBINDING with option 54", () => {
  test.each([
    ["of a former server", FORMER],
    ["of 0.0.0.0", "0.0.0.0"],
  ])("%s: ACK", async (_, server) => {
    const who = new Client();
    const { ip } = await who.lease();
    await use(ip);
    const ack = await who.ask("REQUEST", { ciaddr: ip, server });
    expect([type(ack), yiaddr(ack), formatIpv4(ack.packet.ciaddr)]).toEqual([MessageType.ACK, ip, ip]);
  });
});

test.each<[string, EncodedOption]>([
  ["82.5", [82, Uint8Array.of(5, 4, 10, 20, 0, 1)]],
  ["118", [118, octets("10.20.0.0")]],
])("field report 12: a client on the link cannot name another subnet by its own %s", async (_, option) => {
  const offer = await new Client().ask("DISCOVER", { more: [option] });
  expect(yiaddr(offer)).toMatch(/^10\.77\./);
  expect(offer.packet.has(118)).toBe(false);
});

test("field report 13: a renewal without option 12 keeps the host name", async () => {
  const who = new Client();
  const { ip } = await who.lease({ more: [[12, Buffer.from("field-13")]] });
  const before = await storedRecord(labOf(), ip);
  await use(ip);
  await who.ask("REQUEST", { ciaddr: ip });
  const record = await storedRecord(labOf(), ip);
  expect(before).toMatchObject({ type: "LeaseGranted", hostname: "field-13" });
  expect(record).toMatchObject({ type: "LeaseRenewed", hostname: "field-13" });
});

describe("C1: a REQUEST that takes an offer", () => {
  test.each<[string, (offer: WireMessage) => Fields]>([
    ["without option 50", (offer) => ({ server: serverOf(offer) })],
    ["with option 50 of 0.0.0.0", (offer) => ({ server: serverOf(offer), requested: "0.0.0.0" })],
    ["without option 54", (offer) => ({ requested: yiaddr(offer) })],
  ])("%s: the address on offer", async (_, fields) => {
    const who = new Client();
    const offer = await who.ask("DISCOVER");
    const ack = await who.ask("REQUEST", fields(offer));
    expect([type(ack), yiaddr(ack)]).toEqual([MessageType.ACK, yiaddr(offer)]);
  });
});

test.each([245, 240])("C5: a BOOTP request of %d octets is answered", async (size) => {
  const reply = await new Client().ask(undefined, { size });
  expect([reply.packet.messageType, yiaddr(reply).slice(0, 6)]).toEqual([undefined, "10.77."]);
});

test.each([
  ["00:00:00:00:00:00", "chaddr is all zeros, and there is no option 61"],
  ["ff:ff:ff:ff:ff:ff", "chaddr is a group address, and there is no option 61"],
])("C7: chaddr %s without option 61: why says the reason", async (mac, reason) => {
  const who = new Client(mac);
  client.send(who.message("DISCOVER"), ALL, 67);
  expect(await who.outcome(/no-client-identity/)).toBe(`no-client-identity: ${reason}`);
  const identified = await who.ask("DISCOVER", { more: [[61, Uint8Array.of(0, xid & 255, xid >> 8)]] });
  expectToAll(identified);
});

describe("C3: a client in the second subnet of the link", () => {
  const who = () => new Client("02:1e:a5:c3:00:01");
  const ofSecond = /^192\.168\.50\.25[123]$/;
  const expectOfSecond = (reply: WireMessage) => {
    expect(serverOf(reply)).toMatch(ofSecond);
    expect(formatIpv4(reply.source)).toBe(serverOf(reply));
  };

  test("option 54 and the source of OFFER, ACK and NAK are the node's address there", async () => {
    const one = who();
    const offer = await one.ask("DISCOVER");
    expect(yiaddr(offer)).toBe("192.168.50.17");
    const ack = await one.ask("REQUEST", { requested: "192.168.50.17", server: serverOf(offer) });
    const nak = await one.ask("REQUEST", { requested: "192.168.50.99", server: serverOf(offer) });
    expect([ack, nak].map(type)).toEqual([MessageType.ACK, MessageType.NAK]);
    for (const reply of [offer, ack, nak]) expectOfSecond(reply);
  });

  test("a renewal by unicast to it is answered from it, and INFORM", async () => {
    await on("c1", "ip", "address", "add", "192.168.50.17/24", "dev", "eth0");
    const server = second("n2").split("/")[0]!;
    const renewed = await who().ask("REQUEST", { ciaddr: "192.168.50.17" }, client, server);
    expect([type(renewed), serverOf(renewed), formatIpv4(renewed.source)]).toEqual([
      MessageType.ACK,
      server,
      server,
    ]);
    expectOfSecond(await who().ask("INFORM", { ciaddr: "192.168.50.17" }));
  });

  test("a client of the first subnet sees the node's address in the first", async () => {
    const offer = await new Client().ask("DISCOVER");
    expect([serverOf(offer), formatIpv4(offer.source)].join()).toMatch(/^10\.77\.0\.(1\d),10\.77\.0\.\1$/);
  });
});

const nodeAddress = () => labOf().host("n1").address!;
