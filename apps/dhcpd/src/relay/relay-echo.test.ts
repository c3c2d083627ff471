import { type EncodedOption, encode, messageOf, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { alice, decoded, ip, option, packet } from "../../test/wire.ts";
import { addRelayEchoes, relayAgentEcho } from "./relay-echo.ts";

const RED = [0, ...Buffer.from("red")];
const BLUE = [0, ...Buffer.from("blue")];
const circuit = [1, 2, 0xaa, 0xbb];
const vss = [151, RED.length, ...RED];
const control = [152, 0];
const port = [19, 0];

const discover = (agent: readonly number[], vpn?: readonly number[]) =>
  packet("DISCOVER", alice, {
    giaddr: "10.9.0.1",
    options: [
      ...(vpn === undefined ? [] : [[221, Uint8Array.from(vpn)] as const]),
      [82, Uint8Array.from(agent)],
    ],
  });

function relayEchoes(of: Packet, isVpnUsed: boolean): EncodedOption[] {
  const echoes: EncodedOption[] = [];
  addRelayEchoes(echoes, of, isVpnUsed);
  return echoes;
}

const echoes = (...of: Parameters<typeof relayEchoes>) =>
  relayEchoes(...of).map(([code, octets]) => [code, [...octets]]);

const echoed = (agent: readonly number[], isVpnUsed = false) => [
  ...(relayAgentEcho(discover(agent), isVpnUsed)?.[1] ?? []),
];

describe("option 82 goes back", () => {
  test("as it came (RFC 3046 §2.2), with the source port's sub-option (RFC 8357)", () => {
    const agent = [...circuit, ...port, 7, 1, 9, ...circuit];
    expect(echoed(agent)).toEqual(agent);
    expect(echoed(agent, true)).toEqual(agent);
  });

  test("as it came, also when nobody can read it", () => {
    for (const broken of [[1, 9, 1], [152, 0, 1], [5]]) expect(echoed(broken)).toEqual(broken);
  });

  test("whole, whatever else is to be said, up to 255 octets in the smallest reply", () => {
    const agent = [1, 253, ...Array(253).fill(7)];
    const others = [6, 119, 43].map((code) => [code, new Uint8Array(120)] as const);
    const head = [option("ipAddressLeaseTime", 1), option("serverIdentifier", ip("10.0.0.2"))];
    const message = { ...messageOf(discover(agent)), file: "f", sname: "s" };
    const options = [
      [53, Uint8Array.of(2)] as const,
      ...head,
      ...others,
      relayAgentEcho(discover(agent), false)!,
    ];
    const into = Buffer.alloc(1472);
    const reply = decoded(into.subarray(0, encode({ ...message, options }, into)));
    expect([...reply.raw(82)!]).toEqual(agent);
    expect(reply.has(43)).toBe(false);
  });

  test("not at all when it was not there", () => {
    expect(relayAgentEcho(packet("DISCOVER", alice), true)).toBeUndefined();
    expect(relayEchoes(packet("DISCOVER", alice), true)).toEqual([]);
  });

  test("VSS used: with 151 and without 152 (RFC 6607 §7.2)", () => {
    expect(echoed([...circuit, ...vss, ...control, ...port], true)).toEqual([...circuit, ...vss, ...port]);
  });

  test("VSS not honoured: with neither (RFC 6607 §7.2)", () => {
    expect(echoed([...circuit, ...vss, ...control])).toEqual(circuit);
    expect(echoed([...vss, ...control])).toEqual([]);
  });

  test("151 alone is honoured like both (RFC 6607 §7)", () => {
    expect(echoed([...vss, ...circuit], true)).toEqual([...vss, ...circuit]);
  });
});

describe("options that go back unasked", () => {
  test("118, identical (RFC 3011 §2)", () => {
    const selection = option("subnetSelection", ip("10.18.0.0"));
    const asked = packet("DISCOVER", alice, { options: [selection], wants: [1, 3] });
    expect(echoes(asked, false)).toEqual([[118, [...selection[1]]]]);
  });

  test("221 when its VPN was used, and only then (RFC 6607 §7.1)", () => {
    expect(echoes(discover(circuit, BLUE), true)[0]).toEqual([221, BLUE]);
    expect(echoes(discover(circuit, BLUE), false)).toEqual([[82, circuit]]);
  });

  test("both 221 and 151: each says what was used, which is the relay agent's (RFC 6607 §7.3)", () => {
    expect(echoes(discover([...vss, ...control], BLUE), true)).toEqual([
      [221, RED],
      [82, vss],
    ]);
  });

  test("82 is the last one (RFC 3046 §2.2)", () => {
    const all = packet("DISCOVER", alice, {
      options: [
        [82, Uint8Array.from(circuit)],
        [221, Uint8Array.from(RED)],
        option("subnetSelection", ip("10.18.0.0")),
      ],
    });
    expect(relayEchoes(all, true).map(([code]) => code)).toEqual([118, 221, 82]);
  });
});
