// The recorded packets (test/fixtures/packets): read, and written again, they say the same.
import {
  decode,
  decodePxe,
  decodeRelayAgent,
  encode,
  formatIpv4,
  machineUuids,
  messageOf,
  type Packet,
} from "@leasehold/protocol";
import { expect, test } from "vitest";
import { readCorpus } from "./fuzz/corpus.ts";

const corpus = readCorpus();
const REFUSED: Readonly<Record<string, string>> = {
  "bootp-no-cookie": "bad-cookie",
  "truncated-option": "truncated-option",
};

function recorded(name: string): Packet {
  const found = corpus.find((one) => one.name === name);
  const decoded = decode(found?.bytes ?? new Uint8Array(0));
  if (!decoded.ok) throw new Error(`${name}: ${decoded.failure}`);
  return decoded.packet;
}

test.each(corpus.map(({ name, ...rest }) => [name, rest] as const))("%s", (name, { bytes, comment }) => {
  expect(comment).toMatch(/Real: |Hand-made/);
  const decoded = decode(bytes);
  if (!decoded.ok) return expect(decoded.failure).toBe(REFUSED[name]);
  const first = messageOf(decoded.packet);
  const into = new Uint8Array(1500);
  const again = decode(into.subarray(0, encode(first, into, { maximumSize: into.length })));
  if (!again.ok) throw new Error(again.failure);
  // What was overloaded need not be so again.
  const options = (message: typeof first) => new Map(message.options.filter(([code]) => code !== 52));
  expect(options(messageOf(again.packet))).toEqual(options(first));
  expect({ ...messageOf(again.packet), options: [] }).toEqual({ ...first, options: [] });
});

test.each([
  ["dhclient-discover", { messageType: 1, hostName: "nid000001", userClass: ["compute"] }],
  ["dhclient-release", { messageType: 7, hostName: "nid000001" }],
  [
    "udhcpc-discover",
    {
      maximumMessageSize: 576,
      vendorClassIdentifier: "udhcp-test",
      clientFqdn: { flags: 1, name: "nid000002.hpc.example", complete: true },
    },
  ],
  [
    "dhcpcd-discover",
    {
      rapidCommit: true,
      clientFqdn: { flags: 5, name: "nid000003", complete: false },
      parameterRequestList: [1, 121, 3, 6, 12, 15, 26, 28, 33, 51, 54, 58, 59, 119],
      forcerenewNonceCapable: [1],
    },
  ],
  ["ipxe-discover", { userClass: ["iPXE"], clientSystemArchitecture: [7] }],
  ["uefi-pxe-discover", { vendorClassIdentifier: "PXEClient:Arch:00007:UNDI:003016" }],
  [
    "uefi-http-discover",
    { vendorClassIdentifier: "HTTPClient:Arch:00019:UNDI:003016", clientSystemArchitecture: [19] },
  ],
  ["padded-discover", { messageType: 1, hostName: "nid000004", parameterRequestList: [1, 3, 6] }],
  ["no-end-discover", { messageType: 1, hostName: "nid000005" }],
  ["overloaded-offer", { hostName: "xnid000006", tftpServerName: "10.77.0.2", overload: 3 }],
  ["split-routes-ack", { domainSearch: ["hpc.example", "example"], ipAddressLeaseTime: 300 }],
  ["bootp-request", { messageType: undefined, subnetMask: 0xffff0000 }],
  ["leasequery", { messageType: 10, parameterRequestList: [51, 91, 92, 82] }],
  [
    "everything-inform",
    {
      nameServiceSearch: [6, 44],
      sipServers: { names: ["sip.example"] },
      statusCode: { code: 0, message: "ok" },
      pcpServers: [[0x0a4d0009], [0x0a4d000a, 0x0a4d000b]],
    },
  ],
] as const)("%s says", (name, values) => {
  const packet = recorded(name);
  for (const [option, value] of Object.entries(values)) expect(packet.get(option as never)).toEqual(value);
});

test("IPoIB: no hardware address, and a client-id (RFC 4390 §2.1)", () => {
  const { htype, hlen, chaddr, broadcast, ...packet } = pick(recorded("ipoib-discover"));
  expect([htype, hlen, chaddr.length, broadcast]).toEqual([32, 0, 0, true]);
  expect(packet.clientId?.length).toBe(19);
  expect(pick(recorded("ipoib-ipxe-discover"))).toMatchObject({ htype: 32, hlen: 8 });
});

function pick(packet: Packet) {
  const { htype, hlen, chaddr, broadcast } = packet;
  return { htype, hlen, chaddr, broadcast, clientId: packet.raw(61) };
}

test("relays: giaddr, and sub-options by code", () => {
  const perfdhcp = recorded("perfdhcp-relayed-discover");
  expect([formatIpv4(perfdhcp.giaddr), perfdhcp.hops]).toEqual(["10.77.0.250", 1]);
  expect([...decodeRelayAgent(perfdhcp.raw(82)!).keys()]).toEqual([1, 2]);
  const many = recorded("relay-sub-options-discover").get("relayAgentInformation")!;
  expect([...many.keys()]).toEqual([1, 2, 5, 10, 11, 12, 19, 151, 152, 200]);
});

test("PXE: menu and boot servers of option 43, boot file in file, UUID of option 97", () => {
  const offer = recorded("pxe-offer");
  expect([offer.sname, offer.file]).toEqual(["boot.hpc.example", "ipxe-amd64.efi"]);
  expect(decodePxe(offer.raw(43)!)).toMatchObject({
    discoveryControl: 8,
    bootServers: [{ type: 0x8000, addresses: [0x0a4d0002] }],
    menuPrompt: { timeout: 5, prompt: "Press F8" },
  });
  expect(machineUuids(offer.get("clientMachineIdentifier")!)).toContain(
    "4c4c4544-0043-3010-8052-b4c04f4e3132",
  );
});

test("40 routes in two parts of option 121 (RFC 3396)", () => {
  expect(recorded("split-routes-ack").get("classlessStaticRoutes")).toHaveLength(40);
});
