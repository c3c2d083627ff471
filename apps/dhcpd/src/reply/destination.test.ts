// RFC 2131 §4.1: where a reply goes. The table is the one of docs/rfc.md, case by case.
import { ipv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { alice, type Fields, ip, packet, shownDestination } from "../../test/wire.ts";
import { destinationOf } from "./destination.ts";

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
