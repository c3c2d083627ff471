// What happens to a running lease when the network document changes: the table of docs/leases.md, row by row (I9, I10). Alice
// has had X for ten minutes; then another document is in force.
import type { NetworkDocument } from "@leasehold/network";
import { describe, expect, test } from "vitest";
import { networkOf } from "../lan.ts";
import { TestNode } from "../node.ts";
import { ackOf, alice, bob, client, option, packetOf, SERVER, selecting, X } from "../wire.ts";

type Lan = Partial<NetworkDocument["subnets"][number]>;

const documentOf = (lan: Lan = {}, document: Partial<NetworkDocument> = {}) => networkOf({ lan, document });

const pool = (more: object): Lan => ({ pools: [{ range: "10.0.0.10-10.0.0.13", ...more }] });
const only = (policy: "ignore" | "decommission"): Partial<NetworkDocument> => ({
  classes: [{ id: "c", match: { mac: alice.mac }, policy }],
});
const elsewhere = (name: string): Partial<NetworkDocument> => ({
  subnets: [
    { id: "other", prefix: "10.9.0.0/24", interface: name, pools: [{ range: "10.9.0.10-10.9.0.10" }] },
  ],
});

const NAK = (reason: string) => `NAK (${reason}) from ${SERVER}`;
const STAYS = [ackOf(), /^OFFER 10\.0\.0\.10 /] as const;
const MOVES = [NAK("not entitled"), /^OFFER 10\.0\.0\.1[1-3] /] as const;
const silence = (reason: string) => [reason, reason] as const;

/** The change as docs/leases.md calls it, the document, what a renewal is answered, what a DISCOVER after it. */
const CHANGES: readonly [string, NetworkDocument, string, string | RegExp][] = [
  [
    "an option, a boot field",
    documentOf({ options: { routers: ["10.0.0.9"] }, server: { file: "x" } }),
    ...STAYS,
  ],
  [
    "a shorter lease time",
    documentOf({ lease: { seconds: 60 } }),
    ackOf(X, 60),
    /^OFFER 10\.0\.0\.10 for 60 s/,
  ],
  [
    "a longer lease time",
    documentOf({ lease: { seconds: 36000 } }),
    ackOf(X, 36000),
    /^OFFER 10\.0\.0\.10 for 36000 s/,
  ],
  [
    "a pool grows, or is cut in two",
    documentOf({ pools: [{ range: "10.0.0.10-10.0.0.11" }, { range: "10.0.0.12-10.0.0.99" }] }),
    ...STAYS,
  ],
  [
    "a pool shrinks, or gets a hole, so that the address is outside",
    documentOf(pool({ exclude: [X] })),
    ...MOVES,
  ],
  [
    "a pool is not for the client any more",
    documentOf(pool({ for: "known" })),
    NAK("not entitled"),
    "no-pool-for-client",
  ],
  [
    "a pool becomes `reserved-only`",
    documentOf(pool({ allocate: "reserved-only" })),
    NAK("not entitled"),
    "no-pool-for-client",
  ],
  [
    "a class comes that the client is in",
    documentOf({}, { classes: [{ id: "c", match: { mac: alice.mac }, lease: { seconds: 77 } }] }),
    ackOf(X, 77),
    /^OFFER 10\.0\.0\.10 for 77 s/,
  ],
  ["… with `policy: ignore`", documentOf({}, only("ignore")), ...silence("ignored")],
  [
    "… with `policy: decommission`",
    documentOf({}, only("decommission")),
    NAK("decommissioned"),
    "decommissioned",
  ],
  [
    "a reservation of another address for the client",
    documentOf({ reservations: [{ mac: alice.mac, address: "10.0.0.77" }] }),
    NAK("not entitled"),
    /^OFFER 10\.0\.0\.77 /,
  ],
  [
    "a reservation of the address that it has, or of settings only",
    documentOf({ reservations: [{ mac: alice.mac, address: X }] }),
    ...STAYS,
  ],
  [
    "a reservation of its address for another",
    documentOf({ reservations: [{ mac: bob.mac, address: X }] }),
    ...MOVES,
  ],
  [
    "`unknown: ignore`, and the client is unknown",
    documentOf({ unknown: "ignore" }),
    ...silence("unknown-host"),
  ],
  ["`unknown: quarantine`", documentOf({ unknown: "quarantine" }), ...STAYS],
  [
    "`identity`, so that the client is another one",
    documentOf({ identity: "clientId" }),
    "unknown-lease",
    /^OFFER 10\.0\.0\.1[1-3] /,
  ],
  ["`authoritative`", documentOf({ authoritative: true }), ...STAYS],
  [
    "a prefix that still contains the address, another `id` of the subnet",
    documentOf({ id: "net", prefix: "10.0.0.0/25" }),
    ...STAYS,
  ],
  [
    "the subnet joins a shared network",
    networkOf({
      lan: { sharedNetwork: "s" },
      others: [{ id: "b", prefix: "10.9.0.0/24", sharedNetwork: "s" }],
    }),
    ...STAYS,
  ],
  [
    "the subnet goes, and the link has another",
    documentOf({}, elsewhere("eth0")),
    NAK("wrong network"),
    /^OFFER 10\.9\.0\.10 /,
  ],
  [
    "the subnet goes, and the link has none",
    documentOf({}, elsewhere("eth1")),
    ...silence("no-subnet-for-link"),
  ],
  [
    "the server identifier",
    documentOf({}, { cluster: { serverIdentifier: { mode: "external", address: "10.0.0.200" } } }),
    ackOf(X, 3600, "10.0.0.200"),
    /^OFFER 10\.0\.0\.10 /,
  ],
  [
    "limits, `bootp`, `rapidCommit`, `conflictProbe`, leasequery peers",
    documentOf(
      {},
      {
        bootp: "static",
        rapidCommit: true,
        conflictProbe: { waitMs: 300 },
        leasequery: { peers: ["10.0.0.250"] },
        limits: { client: { packets: 99, perSeconds: 1 } },
      },
    ),
    ...STAYS,
  ],
];

const OPTIONS = { options: [option("clientIdentifier", "0x0909")] };

function changed(document: NetworkDocument): TestNode {
  const node = new TestNode({ network: documentOf() });
  node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 1, ...OPTIONS })));
  node.clock.pass(600);
  node.setNetwork(document);
  return node;
}

/** The answer; where there is none, why. */
async function heard(node: TestNode, bytes: Uint8Array, isBroadcast: boolean): Promise<string> {
  const [answer] = await node.answer(bytes, isBroadcast);
  return answer ?? Object.keys({ ...node.counted("silent"), ...node.counted("dropped") }).join();
}

describe.each(CHANGES)("%s", (_, document, renewal, next) => {
  test.each([
    ["RENEWING, by unicast", false],
    ["REBINDING, by broadcast", true],
  ])("%s", async (_state, isBroadcast) => {
    const bytes = packetOf("REQUEST", alice, { ciaddr: X, ...OPTIONS });
    expect(await heard(changed(document), bytes, isBroadcast)).toBe(renewal);
  });

  test("DISCOVER", async () => {
    expect(await heard(changed(document), packetOf("DISCOVER", alice, OPTIONS), true)).toMatch(next);
  });

  test("nobody else gets the address while it is held (I10)", () => {
    const node = changed(document);
    for (let n = 20; n < 40; n++) {
      node.receive(packetOf("DISCOVER", client(n), { requested: X }));
      node.receive(packetOf("REQUEST", client(n), selecting()));
    }
    node.receive(packetOf("DISCOVER", bob, { requested: X }));
    expect(node.sent.filter((line) => /^(OFFER|ACK) 10\.0\.0\.10 /.test(line)).length).toBe(1);
    expect(node.world.view.get(node.replies[0]!.packet.yiaddr)?.client).toBe(alice.client);
  });
});

test("a pool that grows back gives the address again, as soon as what was promised of it has passed", () => {
  const node = changed(documentOf(pool({ exclude: [X] })));
  node.setNetwork(documentOf({ pools: [{ range: "10.0.0.10-10.0.0.10" }] }));
  const ask = () => node.receive(packetOf("DISCOVER", bob));
  expect(ask()).toEqual([]);
  node.clock.pass(2 * 3600 - 600 + 16);
  expect(ask()).toEqual([expect.stringMatching(/^OFFER 10\.0\.0\.10 /)]);
});
