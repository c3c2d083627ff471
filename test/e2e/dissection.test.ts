// What no client of Debian takes, on the wire and as tshark reads it: leasequery by UDP, bulk leasequery by TCP, FORCERENEW.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode, formatIpv4, type Ipv4, ipv4, type Mac, MessageType, parseIpv4 } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discover, type Sender, select } from "../lab/messages.ts";
import { must, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { asDatagrams, faultsIn, fieldsOf, tcpAnswer } from "./tshark.ts";

const { ACK, BULKLEASEQUERY, FORCERENEW, LEASEACTIVE, LEASEQUERY, LEASEQUERYDONE, LEASEUNASSIGNED, OFFER } =
  MessageType;
const NETWORK = fileHere("networks/leasequery.yaml");
const POOL_SIZE = 256;
const NONE = ipv4(0);
const labOf = labForTests("dissection", { clients: 1, network: NETWORK });
const sender: Sender = {
  mac: "02:1e:a5:d1:55:01" as Mac,
  xid: 0xd155ec70,
  more: [
    [145, Uint8Array.of(1)],
    [60, Buffer.from("PXEClient:Arch:00007")],
  ],
};
const folder = mkdtempSync(join(tmpdir(), "leasehold-dissection-"));
let capture: string;
let client: UdpPort;
let relay: UdpPort;
let address: Ipv4;
let server: Ipv4;

const seen = (type: number): WireMessage | undefined => readWire(capture).find((one) => one.type === type);
const waitFor = (name: string, type: number) =>
  until(`${name} is on the wire`, 15, async () => seen(type), 100);

beforeAll(async () => {
  const lab = labOf();
  capture = await lab.startCapture("port 67 or port 68");
  await must([...lab.onHost("c1").argv, "ip", "route", "replace", "255.255.255.255/32", "dev", "eth0"]);
  client = await UdpPort.open(lab, "c1", 68);
  relay = await UdpPort.open(lab, "r1", 67);
  client.send(discover(sender), "255.255.255.255", 67);
  const offer = await waitFor("an OFFER", OFFER);
  client.send(select(sender, offer.packet), "255.255.255.255", 67);
  const ack = await waitFor("an ACK", ACK);
  address = ack.packet.yiaddr;
  server = ack.packet.get("serverIdentifier")!;
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([client, relay].map((port) => port?.close()));
});

function query(type: number, more: { ciaddr?: Ipv4; giaddr?: Ipv4 } = {}): Uint8Array {
  const into = new Uint8Array(548);
  const fixed = { op: 1, htype: 0, hlen: 0, hops: 0, xid: 7, secs: 0, flags: 0, chaddr: new Uint8Array(0) };
  const wanted = Uint8Array.of(51, 58, 59, 60, 61, 82, 91, 152, 153, 156, 157);
  const message = {
    ...{ ...fixed, ciaddr: NONE, yiaddr: NONE, siaddr: NONE, giaddr: NONE, ...more },
    options: [[53, Uint8Array.of(type)] as const, [55, wanted] as const],
  };
  return into.subarray(0, encode(message, into));
}

test("LEASEACTIVE, asked for by a relay agent", async () => {
  const giaddr = parseIpv4(labOf().host("r1").address!)!;
  relay.send(query(LEASEQUERY, { ciaddr: address, giaddr }), formatIpv4(server), 67);
  await waitFor("LEASEACTIVE", LEASEACTIVE);
  const fields = ["dhcp.ip.client", "dhcp.hw.mac_addr", "dhcp.option.vendor_class_id"];
  expect(await fieldsOf(capture, `dhcp.option.dhcp == ${LEASEACTIVE}`, fields)).toEqual([
    [formatIpv4(address), sender.mac, "PXEClient:Arch:00007"].join("\t"),
  ]);
});

test("bulk leasequery: every message of the connection", async () => {
  const bytes = query(BULKLEASEQUERY);
  const framed = Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]);
  const octets = framed.toString("hex").replace(/../g, "\\x$&");
  // bash opens the connection; what comes back is read off the wire.
  const script = `exec 3<>/dev/tcp/${formatIpv4(server)}/67; printf '${octets}' >&3; timeout 3 cat <&3 >/dev/null`;
  await labOf().exec("r1", ["bash", "-c", script]);
  const messages = unframed(await tcpAnswer(capture));
  const file = await asDatagrams(messages, join(folder, "bulk.pcap"));
  expect(await faultsIn(file)).toEqual([]);
  const types = (await fieldsOf(file, "dhcp", ["dhcp.option.dhcp"])).map(Number);
  expect(types.at(-1)).toBe(LEASEQUERYDONE);
  expect(types.filter((type) => type === LEASEUNASSIGNED)).toHaveLength(POOL_SIZE - 1);
  const active = await fieldsOf(file, `dhcp.option.dhcp == ${LEASEACTIVE}`, [
    ...["dhcp.ip.client", "dhcp.hw.mac_addr", "dhcp.option.bulk_lease.dhcp_state"],
  ]);
  expect(active).toEqual([[formatIpv4(address), sender.mac, "2"].join("\t")]);
});

function unframed(stream: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 2 + stream.readUInt16BE(at)) {
    messages.push(stream.subarray(at + 2, at + 2 + stream.readUInt16BE(at)));
  }
  return messages;
}

test("FORCERENEW reaches the client whose address has left the pools, with its digest", async () => {
  const lab = labOf();
  await must([...lab.onHost("c1").argv, "ip", "address", "add", `${formatIpv4(address)}/16`, "dev", "eth0"]);
  const moved = join(folder, "moved.yaml");
  writeFileSync(moved, readFileSync(NETWORK, "utf8").replace(/range: .*/, "range: 10.77.17.0-10.77.17.255"));
  await lab.leasehold(["apply", "--yes", moved]);
  const called = await waitFor("FORCERENEW", FORCERENEW);
  expect([formatIpv4(called.target), called.packet.xid]).toEqual([formatIpv4(address), sender.xid]);
  const fields = ["ip.dst", "dhcp.option.dhcp_authentication.protocol", "dhcp.option.dhcp_server_id"];
  const [first] = await fieldsOf(capture, `dhcp.option.dhcp == ${FORCERENEW}`, fields);
  expect(first).toBe([formatIpv4(address), "3", formatIpv4(server)].join("\t"));
});

test("tshark tells of a message that is cut off in an option", async () => {
  const cut = query(LEASEQUERY).subarray(0, 246);
  const file = await asDatagrams([cut], join(folder, "cut.pcap"));
  expect(await faultsIn(file)).not.toEqual([]);
});

test("nothing on the wire is malformed to tshark", async () => {
  expect(await faultsIn(await labOf().stopCapture())).toEqual([]);
});
