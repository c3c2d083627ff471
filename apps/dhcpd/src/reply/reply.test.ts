import { compileNetwork } from "@leasehold/network";
import { encode, ipv4, messageOf, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { alice, decoded, type Fields, ip, option, packet, shownDestination } from "../../test/wire.ts";
import type { ReplyContent } from "./feature.ts";
import { destinationOf, replyTo } from "./reply.ts";

const routes = [{ destination: "10.7.0.0/16", router: "10.0.0.1" }];
const network = compileNetwork(
  {
    version: 1,
    subnets: [
      {
        ...{ id: "lan", prefix: "10.0.0.0/24" },
        options: {
          ...{ routers: ["10.0.0.1"], domainNameServers: ["10.0.0.2"], domainName: "hpc.example" },
          ...{ interfaceMtu: 9000, hostName: "everybody", ntpServers: ["10.0.0.3"] },
          classlessStaticRoutes: routes,
        },
      },
    ],
  },
  1,
);
const settings = network.settingsFor(network.subnet("lan")!, undefined, [], undefined);

const GIVEN: Record<"OFFER" | "ACK" | "INFORM" | "NAK", ReplyContent> = {
  OFFER: { type: "OFFER", yiaddr: ip("10.0.0.10"), settings, seconds: 3600 },
  ACK: { type: "ACK", yiaddr: ip("10.0.0.10"), settings, seconds: 3600 },
  INFORM: { type: "ACK", yiaddr: ipv4(0), settings },
  NAK: { type: "NAK", yiaddr: ipv4(0), text: "held by another" },
};

/** The reply as the client decodes it. */
function reply(what: keyof typeof GIVEN, fields: Fields = {}, more: Partial<ReplyContent> = {}): Packet {
  const request = packet(what === "OFFER" ? "DISCOVER" : "REQUEST", alice, fields);
  const message = replyTo(request, { ...GIVEN[what], ...more }, ip("10.0.0.2"));
  const into = new Uint8Array(1472);
  return decoded(into.subarray(0, encode(message, into, { maximumSize: 1472 })));
}

const codes = (packet: Packet) => [...packet.codes()];

describe("RFC 2131 §4.3.1, table 3: fixed fields", () => {
  const asked: Fields = {
    ...{ xid: 0xdeadbeef, hops: 3, secs: 17, broadcast: true, giaddr: "10.9.0.1", ciaddr: "10.0.0.7" },
    ...{ htype: 1, hlen: 6 },
  };

  test.each(["OFFER", "ACK", "INFORM", "NAK"] as const)("%s", (what) => {
    const { op, htype, hlen, hops, xid, secs, siaddr, giaddr, chaddr, broadcast } = reply(what, asked);
    expect({ op, htype, hlen, hops, xid, secs, siaddr, giaddr, broadcast }).toEqual({
      ...{ op: 2, htype: 1, hlen: 6, hops: 0, xid: 0xdeadbeef, secs: 0, siaddr: 0 },
      ...{ giaddr: ip("10.9.0.1"), broadcast: true },
    });
    expect(Buffer.from(chaddr).toString("hex")).toBe("020000000001");
  });

  test.each([
    ["OFFER", 0, "10.0.0.10"],
    ["ACK", ip("10.0.0.7"), "10.0.0.10"],
    ["INFORM", ip("10.0.0.7"), "0.0.0.0"],
    ["NAK", 0, "0.0.0.0"],
  ] as const)("ciaddr and yiaddr of %s", (what, ciaddr, yiaddr) => {
    const sent = reply(what, asked, { ciaddr: ip("10.0.0.7") });
    expect([sent.ciaddr, sent.yiaddr]).toEqual([ciaddr, ip(yiaddr)]);
  });

  test("field report 1: a ciaddr that does not count does not come back", () => {
    expect(reply("ACK", asked).ciaddr).toBe(0);
  });

  test("the flags are the client's; a NAK through a relay has the broadcast flag (RFC 2131 §4.3.2)", () => {
    for (const what of ["OFFER", "ACK", "NAK"] as const) {
      expect(reply(what, { broadcast: true }).flags).toBe(0x8000);
      expect(reply(what, { broadcast: false }).flags).toBe(0);
      expect(reply(what, { giaddr: "10.9.0.1" }).flags).toBe(what === "NAK" ? 0x8000 : 0);
    }
  });

  test("an IPoIB client's htype and hlen come back (RFC 4390 §2.1)", () => {
    const sent = reply("OFFER", { htype: 32, hlen: 0, chaddr: new Uint8Array(0) });
    expect([sent.htype, sent.hlen, sent.chaddr.length]).toEqual([32, 0, 0]);
  });
});

describe("which options a reply carries", () => {
  test.each([
    ["OFFER", [53, 54, 51, 58, 59]],
    ["ACK", [53, 54, 51, 58, 59]],
    // RFC 2131 §4.3.5: "the server MUST NOT send a lease expiration time to the client".
    ["INFORM", [53, 54]],
  ] as const)("%s begins with its own", (what, own) => {
    expect(codes(reply(what)).slice(0, own.length)).toEqual(own);
    expect(reply(what).get("serverIdentifier")).toBe(ip("10.0.0.2"));
    expect([51, 58, 59].some((code) => reply("INFORM").has(code))).toBe(false);
  });

  test("what belongs to clients is never sent: 50, 55, 57", () => {
    const asked = {
      requested: "10.0.0.9",
      wants: [1, 3, 50, 55, 57],
      options: [option("maximumMessageSize", 1400)],
    };
    for (const what of ["OFFER", "ACK", "INFORM", "NAK"] as const) {
      expect(codes(reply(what, asked)).filter((code) => [50, 55, 57].includes(code))).toEqual([]);
    }
  });

  test("RFC 2131 §4.3.2, table 3: NAK has the type, the server, a reason, and what is echoed; no parameters", () => {
    const options = [option("clientIdentifier", Uint8Array.of(1, 2, 3))];
    const asked = { wants: [1, 3, 6, 51], options: [...options, [82, Uint8Array.of(1, 1, 7)] as const] };
    expect(codes(reply("NAK", asked))).toEqual([53, 54, 56, 61, 82]);
    expect(reply("NAK").get("message")).toBe("held by another");
  });

  test("RFC 2132 §9.8: those of option 55 that we have, in its order, each once", () => {
    expect(codes(reply("ACK", { wants: [15, 6, 99, 26, 6, 1] })).slice(5)).toEqual([15, 6, 26, 1]);
    expect(codes(reply("INFORM", { wants: [42] })).slice(2)).toEqual([42, 1]);
  });

  test("a client that asks for nothing in particular gets all we have; C2: one that asks for nothing gets the mask", () => {
    expect(codes(reply("ACK")).slice(5)).toEqual([1, 3, 6, 12, 15, 26, 28, 42, 121]);
    expect(codes(reply("ACK", { wants: [] })).slice(5)).toEqual([1]);
  });

  test("RFC 2132 §3.3: the subnet mask before the routers, whatever the client's order", () => {
    expect(codes(reply("ACK", { wants: [3, 6, 1, 15] })).slice(5)).toEqual([1, 3, 6, 15]);
    expect(codes(reply("ACK", { wants: [6, 1, 3] })).slice(5)).toEqual([6, 1, 3]);
    expect(codes(reply("ACK", { wants: [3, 6] })).slice(5)).toEqual([1, 3, 6]);
    expect(reply("ACK", { wants: [3, 1] }).get("subnetMask")).toBe(ip("255.255.255.0"));
  });

  test("RFC 3442: a client that asks for both kinds of routes gets the classless ones only", () => {
    expect(codes(reply("ACK", { wants: [121, 3] })).slice(5)).toEqual([121, 1]);
    expect(codes(reply("ACK", { wants: [3, 1] })).slice(5)).toEqual([1, 3]);
  });

  test("a host is told its own name, others what the network says", () => {
    expect(reply("ACK", { wants: [12] }, { hostname: "alices-machine" }).get("hostName")).toBe(
      "alices-machine",
    );
    expect(reply("ACK", {}, { hostname: "alices-machine" }).get("hostName")).toBe("alices-machine");
    expect(
      codes(reply("ACK", {}, { hostname: "alices-machine" })).filter((code) => code === 12),
    ).toHaveLength(1);
    expect(reply("ACK", { wants: [12] }).get("hostName")).toBe("everybody");
    expect(reply("ACK", { wants: [1] }, { hostname: "alices-machine" }).has(12)).toBe(false);
  });
});

describe("RFC 2131 §4.4.5: T1 is half of the lease, T2 seven eighths", () => {
  test.each([
    [3600, 1800, 3150],
    [300, 150, 262],
    [11, 5, 9],
    [4, 2, 3],
    // RFC 2131 §3.3: infinity.
    [0xffffffff, 0xffffffff, 0xffffffff],
  ])("%i s: %i s and %i s", (seconds, renewal, rebinding) => {
    const sent = reply("ACK", {}, { seconds });
    expect(sent.get("ipAddressLeaseTime")).toBe(seconds);
    expect([sent.get("renewalTime"), sent.get("rebindingTime")]).toEqual([renewal, rebinding]);
  });
});

describe("what comes back as it came", () => {
  const identifier = Uint8Array.of(0xff, 0, 1, 2, 3, 0, 255);
  const agent = Uint8Array.of(1, 2, 0x65, 0x31, 99, 1, 7);
  const asked: Fields = { options: [[82, agent], option("clientIdentifier", identifier)] };

  test.each(["OFFER", "ACK", "INFORM", "NAK"] as const)("RFC 6842 §3: option 61, in %s", (what) => {
    expect(reply(what, asked).raw(61)).toEqual(identifier);
    expect(reply(what).has(61)).toBe(false);
  });

  test.each(["OFFER", "ACK", "INFORM", "NAK"] as const)(
    "RFC 3046 §2.2: option 82, the last one, in %s",
    (what) => {
      const sent = reply(what, asked);
      expect(sent.raw(82)).toEqual(agent);
      expect(codes(sent).at(-1)).toBe(82);
      expect(reply(what).has(82)).toBe(false);
    },
  );

  test("they are there once, also when the client asks for them by option 55", () => {
    const sent = reply("ACK", { ...asked, wants: [82, 61, 54, 53, 51] });
    expect(messageOf(sent).options.map(([code]) => code)).toEqual([53, 54, 51, 58, 59, 1, 61, 82]);
  });
});

const RELAY = "10.9.0.1";
const CIADDR = "10.0.0.7";
const YIADDR = "10.0.0.10";
const toRelay = "10.9.0.1:67";
const toClient = "10.0.0.7:68";
const toHardware = `the hardware address, as ${YIADDR}`;

const goes = (fields: Fields, yiaddr: string, isNak: boolean) =>
  shownDestination(
    destinationOf(packet("REQUEST", alice, fields), {
      ...{ isNak, yiaddr: ip(yiaddr), ciaddr: ip(fields.ciaddr ?? "0.0.0.0") },
    }),
  );

describe("RFC 2131 §4.1", () => {
  test.each<[giaddr: string, ciaddr: string, broadcast: boolean, reply: string, nak: string]>([
    [RELAY, CIADDR, true, toRelay, toRelay],
    [RELAY, CIADDR, false, toRelay, toRelay],
    [RELAY, "0.0.0.0", true, toRelay, toRelay],
    [RELAY, "0.0.0.0", false, toRelay, toRelay],
    ["0.0.0.0", CIADDR, true, toClient, "everybody"],
    ["0.0.0.0", CIADDR, false, toClient, "everybody"],
    ["0.0.0.0", "0.0.0.0", true, "everybody", "everybody"],
    ["0.0.0.0", "0.0.0.0", false, toHardware, "everybody"],
  ])(
    "giaddr %s, ciaddr %s, broadcast %s: OFFER and ACK to %s, NAK to %s",
    (giaddr, ciaddr, broadcast, reply, nak) => {
      const fields = { giaddr, ciaddr, broadcast };
      expect([goes(fields, YIADDR, false), goes(fields, "0.0.0.0", true)]).toEqual([reply, nak]);
    },
  );

  test.each<[what: string, fields: Fields]>([
    ["another kind of hardware", { htype: 6 }],
    ["IPoIB, which has no address there (RFC 4390)", { htype: 32, hlen: 0, chaddr: new Uint8Array(0) }],
    ["a group address (C7)", { chaddr: Uint8Array.of(1, 0, 0x5e, 0, 0, 1) }],
    ["an address of another length", { hlen: 8, chaddr: new Uint8Array(8).fill(2) }],
  ])("a client that no Ethernet frame can reach gets a broadcast: %s", (_, fields) => {
    expect(goes(fields, YIADDR, false)).toBe("everybody");
  });

  test("the answer to INFORM goes to ciaddr; to a client that gives none, by broadcast", () => {
    const inform = (ciaddr: string) => packet("INFORM", alice, { ciaddr });
    const to = (ciaddr: string) =>
      destinationOf(inform(ciaddr), { isNak: false, yiaddr: ipv4(0), ciaddr: ip(ciaddr) });
    expect(shownDestination(to(CIADDR))).toBe(toClient);
    expect(shownDestination(to("0.0.0.0"))).toBe("everybody");
  });
});
