// Who may have which address, on the wire: what is nobody's, what one host shares with itself, what is declined, and what a pool keeps.
import { formatIpv4, type Ipv4, type Mac, MessageType, parseIpv4 } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decline, discover, reboot, type Sender, select } from "../lab/messages.ts";
import { must, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { doubleBindings, readWire, type WireMessage } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { storedRecord } from "./stored-record.ts";

const { OFFER, ACK, NAK } = MessageType;
const ALL = "255.255.255.255";
const RELAY = "10.20.0.1";
const labOf = labForTests("fieldaddresses", {
  clients: 1,
  network: fileHere("networks/field-addresses.yaml"),
  inventory: fileHere("inventories/field-addresses.json"),
});
let capture: string;
let client: UdpPort;
let relay: UdpPort;
let xid = 0xfa000000;

beforeAll(async () => {
  const lab = labOf();
  capture = await lab.startCapture();
  await must([...lab.onHost("c1").argv, "ip", "route", "replace", `${ALL}/32`, "dev", "eth0"]);
  await must([...lab.onHost("r1").argv, "ip", "address", "add", `${RELAY}/32`, "dev", "eth0"]);
  for (const { name } of lab.nodes) {
    const via = lab.host("r1").address!;
    await must([...lab.onHost(name).argv, "ip", "route", "replace", `${RELAY}/32`, "via", via]);
  }
  client = await UdpPort.open(lab, "c1", 68);
  relay = await UdpPort.open(lab, "r1", 67);
});
afterAll(() => Promise.all([client, relay].map((port) => port?.close())));

const ip = (text: string): Ipv4 => parseIpv4(text)!;
const sender = (mac: string, more: Partial<Sender> = {}): Sender => ({
  mac: mac as Mac,
  xid: ++xid,
  ...more,
});
const behindRelay = (mac: string): Sender => sender(mac, { giaddr: ip(RELAY) });

const repliesTo = (asked: Sender) =>
  readWire(capture).filter(({ packet }) => packet.op === 2 && packet.xid === asked.xid);

/** Sends, and answers with what comes back. */
async function ask(asked: Sender, message: Uint8Array): Promise<WireMessage> {
  const before = repliesTo(asked).length;
  send(asked, message);
  return until("there is a reply", 20, async () => repliesTo(asked)[before], 50);
}

function send(asked: Sender, message: Uint8Array): void {
  if (asked.giaddr === undefined) client.send(message, ALL, 67);
  else relay.send(message, labOf().host("n1").address!, 67);
}

/** Sends, and waits until a node says why it stays silent. */
async function silence(asked: Sender, message: Uint8Array, reason: string): Promise<void> {
  send(asked, message);
  await until(`a node is silent: ${reason}`, 20, async () => (await reasonsOf(asked)).includes(reason));
  expect(repliesTo(asked)).toEqual([]);
}

/** What became of this very transaction on the nodes: what left, or why nothing did. */
async function reasonsOf({ mac, xid: id }: Sender): Promise<string[]> {
  const told = await Promise.all(
    labOf().nodes.map(({ name }) => labOf().api(name, `/api/v1/outcomes?client=${mac}&limit=200`)),
  );
  // A node that has heard nothing of the client answers 404.
  const outcomes = told.flatMap(({ body }) => (body as { outcomes?: Outcome[] }).outcomes ?? []);
  return outcomes.filter((one) => one.xid === id.toString(16)).map(({ outcome }) => outcome);
}

interface Outcome {
  readonly xid: string;
  readonly outcome: string;
}

const yiaddr = ({ packet }: WireMessage) => formatIpv4(packet.yiaddr);

async function lease(mac: string, make: (mac: string) => Sender = sender): Promise<WireMessage> {
  const asked = make(mac);
  const offer = await ask(asked, discover(asked));
  expect(offer.type).toBe(OFFER);
  const ack = await ask(asked, select(asked, offer.packet));
  expect(ack.type).toBe(ACK);
  return ack;
}

async function problemsOf(host: string): Promise<string[]> {
  const hosts = await labOf().leasehold<{ id: string; problems: string[] }[]>(["hosts"]);
  return hosts.find(({ id }) => id === host)?.problems ?? [];
}

describe("field report 3: a claim of the inventory on an address that is nobody's", () => {
  it.each([
    ["02:1e:a5:fa:03:01", "x3c0s1b0n0", "10.77.0.11", "an address of the cluster's nodes"],
    ["02:1e:a5:fa:03:02", "x3c0s2b0n0", "10.77.0.0", "the network's own address"],
    ["02:1e:a5:fa:03:03", "x3c0s3b0n0", "10.77.255.255", "the broadcast address"],
    ["02:1e:a5:fa:03:04", "x3c0s4b0n0", "10.77.0.1", "a router"],
  ])("field report 3: %s of %s is not given %s, which is %s", async (mac, host, claimed, what) => {
    const asked = sender(mac);
    expect(yiaddr(await ask(asked, discover(asked, ip(claimed))))).toMatch(/^10\.77\.16\./);
    const again = sender(mac);
    expect((await ask(again, reboot(again, ip(claimed)))).type).toBe(NAK);
    expect(await problemsOf(host)).toEqual([expect.stringContaining(`${claimed} is ${what}`)]);
  });

  it("field report 3: nor is a relay agent's address, behind it", async () => {
    const asked = behindRelay("02:1e:a5:fa:03:05");
    const offer = await ask(asked, discover(asked, ip(RELAY)));
    expect(yiaddr(offer)).toBe("10.20.0.2");
    expect(await problemsOf("x3c0s5b0n0")).toEqual([expect.stringContaining(`${RELAY} is a relay agent`)]);
  });
});

describe("field report 5: a pool that covers its relay agent", () => {
  it("field report 5: gives the other address, and never that one", async () => {
    expect(yiaddr(await lease("02:1e:a5:fa:03:05", behindRelay))).toBe("10.20.0.2");
    const second = behindRelay("02:1e:a5:fa:05:02");
    await silence(second, discover(second, ip(RELAY)), "pool-exhausted");
    const third = behindRelay("02:1e:a5:fa:05:03");
    expect((await ask(third, reboot(third, ip(RELAY)))).type).toBe(NAK);
  });

  it("field report 5: diff and status say so, with the line", async () => {
    const diff = await labOf().leasehold<{ warnings: string[] }>([
      "diff",
      fileHere("networks/field-addresses.yaml"),
    ]);
    expect(diff.warnings).toEqual([
      expect.stringMatching(
        /field-addresses\.yaml:17:\d+: subnets\[1\]\.pools\[0\]\.range: .*10\.20\.0\.1 in it, which is a relay agent/,
      ),
    ]);
    const { warnings } = (await labOf().api("n1", "/api/v1/cluster")).body as { warnings: string[] };
    expect(warnings).toEqual([expect.stringContaining("10.20.0.1 in it, which is a relay agent")]);
  });
});

it("field report 9: of two components with one NID one has the name, and both are told", async () => {
  const [first, second] = [await lease("02:1e:a5:fa:09:01"), await lease("02:1e:a5:fa:09:02")];
  expect([yiaddr(first), yiaddr(second)]).toEqual(["10.77.9.1", "10.77.9.2"]);
  const names = [first, second].map(({ packet }) => packet.get("hostName"));
  expect(names.filter((name) => name === "nid0001")).toHaveLength(1);
  const told = [...(await problemsOf("x9c0s1b0n0")), ...(await problemsOf("x9c0s2b0n0"))];
  expect(told).toContainEqual(expect.stringMatching(/nid.*1, which x9c0s\db0n0 claims too/));
});

it("field report 10: a second interface of a host waits for its address, and has it when the first one is not bound", async () => {
  const [older, newer] = ["02:1e:a5:fa:10:01", "02:1e:a5:fa:10:02"];
  expect(await problemsOf("x10c0s1b0n0")).toEqual([]);
  expect(yiaddr(await lease(older))).toBe("10.77.10.1");
  const waiting = sender(newer);
  await silence(waiting, discover(waiting), "reserved-address-held");
  await labOf().leasehold(["lease", "clear", "10.77.10.1", "--force", "--why", "the NIC was replaced"]);
  expect(yiaddr(await lease(newer))).toBe("10.77.10.1");
});

it("field report 16: a reserved host that declined is served again once its address is cleared", async () => {
  const mac = "02:1e:a5:fa:16:01";
  const ack = await lease(mac);
  expect(yiaddr(ack)).toBe("10.77.12.1");
  const declining = sender(mac);
  send(declining, decline(declining, ack.packet.yiaddr, ack.packet.get("serverIdentifier")!));
  await until("it is declined", 20, async () => {
    const [found] = await labOf().leasehold<{ state: string }[]>(["leases", "--address", "10.77.12.1"]);
    return found?.state === "declined";
  });
  const waiting = sender(mac);
  await silence(waiting, discover(waiting), "reserved-address-held");
  await labOf().leasehold(["lease", "clear", "10.77.12.1", "--why", "the squatter is gone"]);
  expect(await storedRecord(labOf(), "10.77.12.1")).toMatchObject({
    type: "LeaseReleased",
    cleared: { why: "the squatter is gone", state: "declined" },
  });
  expect(yiaddr(await lease(mac))).toBe("10.77.12.1");
});

describe("A7: defaults that protect a pool", () => {
  it("A7: one hardware address that loops DISCOVER, REQUEST, DECLINE takes three addresses out of use, and is told of", async () => {
    const mac = "02:1e:a5:fa:a7:02";
    for (let i = 0; i < 12; i++) {
      const { packet } = await lease(mac);
      const declining = sender(mac);
      send(declining, decline(declining, packet.yiaddr, packet.get("serverIdentifier")!));
      await until("a node has heard it", 20, async () =>
        (await reasonsOf(declining)).some(
          (reason) => reason === "declined" || reason === "too-many-declines",
        ),
      );
    }
    const declined = await labOf().leasehold<{ mac: string }[]>([
      "leases",
      "--state",
      "declined",
      "--mac",
      mac,
    ]);
    expect(declined).toHaveLength(3);
    await until("every node tells of it", 20, async () => {
      const told = await Promise.all(labOf().nodes.map(({ name }) => alarmsOf(name)));
      return told.every((alarms) =>
        alarms.some((one) => one.includes(`mac ${mac} keeps declining addresses of compute`)),
      );
    });
  });

  it("A7: hardware addresses that are made up empty the pool but for what known hosts get", async () => {
    let taken = 0;
    for (let i = 0; i < 120; i++) {
      const asked = sender(`02:1e:a5:fb:00:${i.toString(16).padStart(2, "0")}`);
      send(asked, discover(asked));
      const offer = await until(
        "an offer, or a reason for none",
        20,
        async () =>
          repliesTo(asked)[0] ?? ((await reasonsOf(asked)).includes("pool-exhausted") ? "none" : undefined),
        20,
      );
      if (offer === "none") break;
      expect((await ask(asked, select(asked, offer.packet))).type).toBe(ACK);
      taken++;
    }
    console.log(`${taken} made-up hosts got an address of a pool of 100`);
    expect(taken).toBeGreaterThan(75);
    expect(taken).toBeLessThanOrEqual(95);
    expect(yiaddr(await lease("02:1e:a5:fa:a7:01"))).toMatch(/^10\.77\.16\./);
    await until("the alarm is told", 20, async () =>
      (await alarmsOf("n1")).some((one) =>
        /^The pool compute\/\S+ has \d+ % of its addresses in use/.test(one),
      ),
    );
  });
});

async function alarmsOf(node: string): Promise<string[]> {
  return ((await labOf().api(node, "/api/v1/cluster")).body as { alarms: string[] }).alarms;
}

it("no address was given twice", () => {
  expect(
    doubleBindings(readWire(capture)).filter(({ address }) => formatIpv4(address) !== "10.77.10.1"),
  ).toEqual([]);
});
