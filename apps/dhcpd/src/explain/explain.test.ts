// Packets explained on a node with everything in its document: what applied, where it came from, and that nothing came of it.
import { checkDocument } from "@leasehold/document";
import type { NetworkDocument } from "@leasehold/network";
import { messageTypeName } from "@leasehold/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { NETWORK, TestNode } from "../../test/node.ts";
import { alice, bob, client, type Fields, ip, option, packetOf, selecting, X } from "../../test/wire.ts";
import { type Explanation, explain } from "./explain.ts";
import { explainSchema, questionOf } from "./question.ts";

const DOCUMENT: NetworkDocument = {
  version: 1,
  defaults: { lease: { seconds: 3600 }, options: { domainName: "hpc.example", ntpServers: ["10.0.0.9"] } },
  classes: [
    { id: "arm", match: { arch: 11 }, server: { nextServer: "10.0.0.4", file: "grubaa64.efi" } },
    { id: "old", match: { mac: bob.mac }, policy: "ignore" },
  ],
  subnets: [
    {
      ...{ id: "lan", prefix: "10.0.0.0/24", interface: "eth0", unknown: "lease" },
      options: { routers: ["10.0.0.1"] },
      pools: [{ range: "10.0.0.10-10.0.0.13", for: "unknown", lease: { seconds: 300 } }],
      reservations: [
        { mac: client(7).mac, address: "10.0.0.77", hostname: "seven", options: { routers: ["10.0.0.7"] } },
      ],
    },
    {
      id: "bmc",
      prefix: "10.8.0.0/16",
      relays: ["10.8.0.1"],
      pools: [{ range: "10.8.0.10-10.8.0.20", for: "known" }],
    },
  ],
};

let node: TestNode;
beforeEach(() => {
  node = new TestNode({ network: DOCUMENT });
});

/** As the API would answer; a text is what is wrong with the question. */
function ask(body: Record<string, unknown>): Explanation | string {
  const checked = checkDocument(explainSchema, body);
  if (!checked.ok) return checked.problems.map(({ path, expected }) => `${path}: ${expected}`).join("; ");
  const ingresses = [{ interfaceName: "eth0", addresses: [ip(node.address)] }];
  const question = questionOf(checked.document, node.world, ingresses);
  if (typeof question === "string") return question;
  const dryRun = node.service.dryRun(question.packet, question.ingress);
  return explain(node.world, question, dryRun, node.clock.now());
}

const told = (body: Record<string, unknown>) => ask(body) as Explanation;
const hex = (...packet: Parameters<typeof packetOf>) => ({ packet: packetOf(...packet).toString("hex") });
const from = ({ options, lease, server }: Explanation) =>
  Object.fromEntries(
    [...options, ...lease, ...server].map(({ name, value, from }) => [name, `${value} (${from})`]),
  );

test("a client that can do without IPv4 is told so, by the settings of the pool that it would be in", () => {
  node.setNetwork({ ...DOCUMENT, defaults: { ...DOCUMENT.defaults, options: { ipv6OnlyPreferred: 1800 } } });
  const answer = told(hex("DISCOVER", alice, { wants: [1, 108] }));
  expect(answer).toMatchObject({ subnet: "lan", pool: "lan/10.0.0.10-10.0.0.13" });
  expect(answer.decision).toMatchObject({ kind: "offer-no-address", reply: "OFFER", address: null });
  expect(answer.options.filter(({ sent }) => sent).map(({ code }) => code)).toEqual([1, 108]);
});

test("an option that is sent only where the exchange brings it about says where that is", () => {
  node.setNetwork({ ...DOCUMENT, defaults: { ...DOCUMENT.defaults, options: { ipv6OnlyPreferred: 1800 } } });
  const { options } = told(hex("DISCOVER", alice, { wants: [1] }));
  expect(options.find(({ code }) => code === 108)).toMatchObject({
    ...{ value: "1800", sent: false },
    why: "only in an OFFER or ACK to a client that asks for it by option 55 (RFC 8925)",
  });
});

test("a stranger gets an address of the pool for strangers; each setting says where it stands", () => {
  const answer = told({ mac: alice.mac, vendorClass: "PXEClient:Arch:00011", arch: 11 });
  expect(answer).toMatchObject({
    ...{ node: "n1", networkRevision: 1, subnet: "lan", pool: "lan/10.0.0.10-10.0.0.13" },
    link: { via: "eth0", subnets: ["lan"] },
    client: { host: undefined, known: false, classes: ["arm"], reservedAddress: undefined, leases: [] },
    pools: [{ serves: true, for: "unknown" }],
    decision: {
      kind: "grant",
      reply: "OFFER",
      address: expect.stringMatching(/^10\.0\.0\.1[0-3]$/),
      seconds: 300,
    },
  });
  expect(from(answer)).toMatchObject({
    subnetMask: "255.255.255.0 (prefix 10.0.0.0/24)",
    routers: "10.0.0.1 (subnet lan)",
    domainName: "hpc.example (defaults)",
    seconds: "300 (pool lan/10.0.0.10-10.0.0.13)",
    file: "grubaa64.efi (class arm)",
  });
});

test("of the options, the answer has those that the packet asks for", () => {
  const { options } = told(hex("DISCOVER", alice, { wants: [1, 3] }));
  expect(options.filter(({ sent }) => sent).map(({ name }) => name)).toEqual(["subnetMask", "routers"]);
  expect(options.filter(({ sent }) => !sent).map(({ name }) => name)).toContain("domainName");
});

test("a reservation of the document, and of the inventory", () => {
  const reserved = told({ mac: client(7).mac });
  expect(reserved.client).toMatchObject({
    reservation: expect.stringContaining("lan/mac="),
    reservedAddress: { address: "10.0.0.77", by: "network document" },
  });
  expect(reserved).toMatchObject({ pool: null, decision: { address: "10.0.0.77" } });
  expect(from(reserved)).toMatchObject({
    routers: expect.stringMatching(/^10\.0\.0\.7 \(reservation /),
    hostName: expect.stringMatching(/^seven \(reservation /),
  });
  node.setHost("x1", alice, "10.0.0.50");
  const known = told({ mac: alice.mac });
  expect(known.client).toMatchObject({
    host: { id: "x1" },
    reservedAddress: { by: "inventory", address: "10.0.0.50" },
  });
  expect(from(known).hostName).toBe("x1 (host x1)");
});

describe("where it supposes a client to be", () => {
  test.each([
    ["nothing is known of it", () => {}, "that it is on eth0", "lan"],
    [
      "it has a lease",
      () => node.receive(packetOf("REQUEST", alice, selecting())),
      "subnet lan, where it has, or had, a lease",
      "lan",
    ],
    [
      "the inventory has an address",
      () => node.setHost("x1", alice, "10.8.0.15"),
      "subnet bmc, where the inventory has an address for it, behind the relay 10.8.0.1",
      "bmc",
    ],
  ])("%s", (_, prepare, assumed, subnet) => {
    prepare();
    const answer = told({ mac: alice.mac });
    expect(answer.assumed).toContain(assumed);
    expect(answer.link!.subnets).toEqual([subnet]);
  });

  test("a relay that is named counts", () => {
    const answer = told({ mac: alice.mac, relay: "10.8.0.1" });
    expect(answer).toMatchObject({ assumed: null, link: { via: "relay 10.8.0.1", subnets: ["bmc"] } });
    expect(answer.pools).toEqual([{ id: "bmc/10.8.0.10-10.8.0.20", for: "known", serves: false }]);
    expect(answer.decision).toMatchObject({ kind: "silent", reason: "no-pool-for-client" });
  });
});

test.each<[string, Record<string, unknown>, object]>([
  ["a class that is ignored", { mac: bob.mac }, { kind: "silent", reason: "ignored" }],
  [
    "a relay that nobody knows",
    { mac: alice.mac, relay: "10.99.0.1" },
    { kind: "drop", reason: "no-subnet-for-link" },
  ],
  [
    "an address of another network",
    { mac: alice.mac, type: "REQUEST", address: "10.99.0.5" },
    { kind: "refuse", reply: "NAK", reason: "wrong-network" },
  ],
  [
    "INFORM",
    { mac: alice.mac, type: "INFORM", address: "10.0.0.50" },
    { kind: "inform", reply: "ACK", address: null },
  ],
  ["a reply", hex("DISCOVER", alice, { op: 2 } as Fields), { kind: "drop", reason: "not-for-servers" }],
  ["BOOTP where it is off", hex(undefined, alice), { kind: "drop", reason: "bootp-not-served" }],
])("%s", (_, body, decision) => {
  expect(told(body).decision).toMatchObject(decision);
});

test("field report 8, 15: each option says why it is sent, or is not", () => {
  const [lan, bmc] = DOCUMENT.subnets;
  const options = { routers: ["10.0.0.7"], rootPath: "r".repeat(200), domainSearch: ["a.example"] };
  node.setNetwork({
    ...DOCUMENT,
    defaults: { ...DOCUMENT.defaults, alwaysSend: ["ntpServers"], neverSend: ["logServers"] },
    subnets: [
      {
        ...lan!,
        options: { logServers: ["10.0.0.8"], smtpServers: ["10.0.0.25"], tftpServerName: "t".repeat(200) },
        reservations: [{ mac: client(7).mac, address: "10.0.0.77", options }],
      },
      bmc!,
    ],
  });
  const answer = told(hex("DISCOVER", client(7), { wants: [15, 7, 17, 66] }));
  const why = Object.fromEntries(answer.options.map((one) => [one.name, [one.sent, one.why]]));
  expect(why).toMatchObject({
    subnetMask: [true, "goes with every address"],
    domainName: [true, "asked for"],
    routers: [true, "set for this client"],
    ntpServers: [true, "always sent (defaults)"],
    logServers: [false, "never sent (defaults)"],
    smtpServers: [false, "not asked for"],
    rootPath: [true, "asked for"],
    tftpServerName: [false, "no room"],
  });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ["neither packet nor mac", {}, /one of packet, mac and client/],
  ["both", { mac: alice.mac, packet: "00" }, /one of packet, mac and client/],
  ["a packet that is none", { packet: "0102" }, /not a DHCP message: too-short/],
  ["an interface that is not served", { mac: alice.mac, interface: "eth9" }, /it serves eth0/],
  ["a mistyped key", { mca: "1" }, /mca: one of packet, mac/],
])("a question with %s", (_, body, words) => {
  expect(ask(body)).toMatch(words);
});

describe("how it would boot", () => {
  const boot = { urls: ["http://10.0.0.2:8069"], script: "/s?{mac}", loaders: { "uefi-x64": "x64.efi" } };
  const uefi = { mac: alice.mac, vendorClass: "PXEClient:Arch:00007", arch: 7 };
  beforeEach(() => {
    const [lan, bmc] = DOCUMENT.subnets;
    const options = { ...lan!.options, bootFileName: "by-settings" };
    node.setNetwork({ ...DOCUMENT, subnets: [{ ...lan!, options, boot }, bmc!] });
  });

  test("the strategy, the architecture, what it is told, and what of the settings gives way", () => {
    const answer = told(uefi);
    expect(answer.boot).toMatchObject({
      profile: "explain",
      ...{ strategy: "PXE", architecture: { code: 7, name: "uefi-x64" }, missing: null, quirk: undefined },
      answer: {
        ...{ nextServer: "10.0.0.2", file: "x64.efi" },
        options: [
          { code: 43, name: "vendorSpecificInformation", value: "0x060108ff" },
          { code: 60, name: "vendorClassIdentifier", value: "PXEClient" },
        ],
      },
    });
    expect(answer.boot!.settings).toContainEqual({
      name: "loaders.uefi-x64",
      value: "x64.efi",
      from: "subnet lan",
    });
    expect(answer.options.find(({ code }) => code === 67)).toMatchObject({
      ...{ value: "by-settings", sent: false, why: "the boot answer counts instead" },
    });
  });

  test("what the document lacks, and which quirk was seen", () => {
    expect(told({ ...uefi, arch: 11 }).boot).toMatchObject({
      missing: "boot.loaders has none for uefi-arm64",
    });
    const { boot: of } = told({
      mac: "dc:a6:32:00:00:01",
      vendorClass: "PXEClient:Arch:00000:UNDI:002001",
      arch: 0,
    });
    expect(of).toMatchObject({ strategy: "Raspberry Pi", quirk: { name: "raspberry-pi-as-bios" } });
  });

  test("a client that has booted; and a document that says nothing of it", () => {
    expect(told({ mac: alice.mac }).boot).toMatchObject({
      strategy: null,
      missing: expect.stringMatching(/does not boot/),
    });
    node.setNetwork(DOCUMENT);
    expect(told(uefi).boot).toBeNull();
  });
});

test("nothing comes of it: no offer, no record, no count", () => {
  const before = [node.world.offers.size, node.world.view.size, node.counters.totals()];
  for (const type of ["DISCOVER", "REQUEST", "RELEASE", "DECLINE"] as const) {
    told(hex(type, alice, selecting()));
  }
  expect([node.world.offers.size, node.world.view.size, node.counters.totals()]).toEqual(before);
  expect([node.replies, node.stored]).toEqual([[], []]);
});

test("what is explained is what is then answered", () => {
  node = new TestNode({ network: NETWORK });
  for (const packet of [
    packetOf("DISCOVER", alice),
    packetOf("REQUEST", alice, selecting(X, { wants: [1, 3, 6] })),
    packetOf("REQUEST", alice, { ciaddr: X }),
    packetOf("DISCOVER", alice, { options: [option("hostName", "a")] }),
  ]) {
    const { decision, options } = told({ packet: packet.toString("hex") });
    node.replies.length = 0;
    node.receive(packet);
    const { packet: reply } = node.replies[0]!;
    expect(decision.reply).toBe(messageTypeName(reply.messageType!));
    expect(ip(decision.address!)).toBe(reply.yiaddr);
    expect(decision.seconds).toBe(reply.get("ipAddressLeaseTime"));
    const sent = options.filter((one) => one.sent).map(({ code }) => code);
    expect(sent).toEqual(
      reply
        .codes()
        .filter((code) => ![51, 53, 54, 58, 59].includes(code))
        .toSorted((a, b) => a - b),
    );
  }
});
