// A host that nobody knows gets a short lease; when SMD learns of it, it is told NAK at its next renewal and comes back for
// its real address. Nobody restarts anything. Judged on the wire.
import { formatIpv4, type Mac, MessageType } from "@leasehold/protocol";
import { beforeAll, expect, test } from "vitest";
import { dhclient } from "../lab/clients/dhclient.ts";
import { RunningClient } from "../lab/clients/index.ts";
import { networkd, whyNoNetworkd } from "../lab/clients/networkd.ts";
import type { Lab } from "../lab/lab.ts";
import { until } from "../lab/shell.ts";
import { doubleBindings, readWire } from "../lab/wire.ts";
import { ClientWire, facts } from "./client-wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";

const { DISCOVER, OFFER, REQUEST, ACK, NAK } = MessageType;
const SHORT_SECONDS = 8;
const REAL_SECONDS = 3600;
const IN_QUARANTINE = /^10\.77\.(1[6-9]|2\d|3[01])\./;
const nodes = ["n1", "n2", "n3"];
const labOf = labForTests("quarantine", {
  network: fileHere("networks/quarantine.yaml"),
  inventory: fileHere("inventories/unrelated-node.json"),
});
let capture: string;
let before: ReturnType<Lab["processes"]>;

beforeAll(async () => {
  before = labOf().processes();
  capture = await labOf().startCapture();
});

/** Waits until every node knows the host; answers with when the last one was seen to, ms since the epoch. */
async function knownEverywhere(mac: Mac): Promise<number> {
  await Promise.all(
    nodes.map((node) =>
      until(`${node} knows ${mac}`, 20, async () => {
        const { body } = await labOf().api(node, "/api/v1/hosts");
        return JSON.stringify(body).includes(mac);
      }),
    ),
  );
  return Date.now();
}

// udhcpc and dhcpcd take no lease shorter than 16 and 20 s for what it is.
const cases = [
  { program: dhclient, host: "c1", real: "10.77.1.1", xname: "x1000c0s0b0n1" },
  { program: networkd, host: "c2", real: "10.77.1.2", xname: "x1000c0s0b0n2" },
].map((each) => ({ ...each, name: each.program.name }));
const missing = whyNoNetworkd();

test.concurrent.each(cases.filter(({ program }) => program !== networkd || missing === undefined))(
  "$name is on its real address within one renewal of its short lease",
  async ({ program, host, real, xname }) => {
    const lab = labOf();
    const mac = lab.host(host).mac as Mac;
    const wire = new ClientWire(capture, mac);
    const client = new RunningClient(lab, host, program);
    const { address } = await client.lease();
    expect(address).toMatch(IN_QUARANTINE);
    expect(wire.messages().at(-1)!.packet.get("ipAddressLeaseTime")).toBe(SHORT_SECONDS);
    // As long as nobody knows it, it stays where it is.
    wire.clear();
    const renewed = await wire.sees("a renewal", SHORT_SECONDS, ({ type }) => type === ACK);
    expect(facts(renewed)).toMatchObject({ yiaddr: address });

    const putAt = Date.now();
    await lab.smd("put", "--mac", mac, "--ip", real, "--xname", xname);
    const knownAt = await knownEverywhere(mac);
    const ack = await wire.sees("an ACK for its real address", 3 * SHORT_SECONDS, ({ type, packet }) => {
      return type === ACK && formatIpv4(packet.yiaddr) === real;
    });
    console.log(
      `${program.name}: on ${real} ${Math.round(ack.at - putAt)} ms after SMD had it, ${Math.round(ack.at - knownAt)} ms after all nodes knew`,
    );
    // No renewal after all knew it was granted any more: the next one was refused, and the lease had not run out by then.
    // The lease's own length, and the exchanges that end it: NAK, DISCOVER, OFFER, REQUEST, ACK.
    expect(ack.at - knownAt).toBeLessThan((SHORT_SECONDS + 2) * 1000);
    const since = wire.messages().filter(({ at }) => at > putAt);
    const nak = since.find(({ type }) => type === NAK)!;
    expect(facts(nak)).toMatchObject({ target: "255.255.255.255", yiaddr: "0.0.0.0" });
    const granted = since.filter(({ type, packet }) => type === ACK && formatIpv4(packet.yiaddr) === address);
    expect(granted.filter(({ at }) => at > knownAt)).toEqual([]);
    const refused = since.filter(({ packet }) => packet.xid === nak.packet.xid).map(facts);
    expect(refused[0]).toMatchObject({ type: REQUEST, ciaddr: address });
    // systemd-networkd hears a broadcast NAK only from T2 on: until then its socket is bound to its address.
    const heard = since.findLast(({ type, at }) => type === NAK && at < ack.at)!;
    if (program !== networkd) expect(heard.at).toBe(nak.at);
    const after = since.filter(({ at }) => at > heard.at && at <= ack.at);
    expect([...new Set(after.map(({ type }) => type))]).toEqual([DISCOVER, OFFER, REQUEST, ACK]);
    expect(ack.packet.get("ipAddressLeaseTime")).toBe(REAL_SECONDS);

    await until("the client uses its real address", 30, async () => (await client.address()) === real);
    const [lease] = await lab.leasehold<Record<string, unknown>[]>(["leases", "--address", real]);
    expect(lease).toMatchObject({ state: "bound", mac, host: xname, seconds: REAL_SECONDS });
  },
);

test("no server was restarted, and no address was given twice", () => {
  expect(labOf().processes()).toEqual(before);
  expect(doubleBindings(readWire(capture))).toEqual([]);
});
