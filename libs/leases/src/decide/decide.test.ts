// RFC 2131 §4.3.2 to §4.3.5: REQUEST in its four states (table 4), DECLINE, RELEASE, INFORM.
import { MessageType } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import {
  after,
  alice,
  bob,
  declined,
  given,
  granted,
  ip,
  LEASE_SECONDS,
  NOW,
  OTHER_MEMBER,
  offered,
  type Past,
  released,
  request,
  SERVER,
  STRANGER,
  secondsLater,
  when,
} from "../../test/world.ts";
import { DEFAULT_POLICY, decide } from "../index.ts";

const HELD = 2 * LEASE_SECONDS;
const GUARD = 15;
const X = "10.0.0.11";
const ack = `ACK ${X} for ${LEASE_SECONDS} s`;
const grants = `${ack}, once LeaseGranted for ${HELD} s is stored`;
const renews = `${ack}, once LeaseRenewed for ${HELD} s is stored`;

describe("RFC 2131 §4.3.2, table 4: the state of the client shows in option 54, option 50 and ciaddr", () => {
  test.each([
    ["SELECTING", { server: SERVER, requested: X }, renews],
    ["INIT-REBOOT", { requested: X }, renews],
    ["RENEWING, REBINDING", { ciaddr: X }, ack],
    ["none of them: nothing is asked for", {}, "silent: malformed"],
    ["SELECTING that says no address", { server: SERVER }, "NAK: no-address-named"],
    ["RENEWING with the server identifier that it MUST NOT have", { server: SERVER, ciaddr: X }, ack],
    ["RENEWING with the requested address that it MUST NOT have", { requested: "10.0.0.12", ciaddr: X }, ack],
  ])("%s", (_, fields, then) => {
    expect(when(given({}, granted(alice, X, { ago: 60 }))).request(alice, fields)).toBe(then);
  });
});

describe("RFC 2131 §4.3.2: DHCPREQUEST generated during SELECTING state", () => {
  const selecting = { server: SERVER, requested: X };

  test.each<[what: string, events: Past[], then: string]>([
    ["free", [], grants],
    ["reserved for the offer", [offered(alice, X)], grants],
    ["the client's own", [granted(alice, X)], renews],
    ["the client's, expired", [granted(alice, X, { ago: HELD + 1 })], grants],
    ["released by another", [granted(bob, X), released(bob, X)], grants],
    ["another's, expired, and the guard has passed", [granted(bob, X, { ago: HELD + GUARD })], grants],
    [
      "another's, expired within the guard: by another node's clock it may be free",
      [granted(bob, X, { ago: HELD + GUARD - 1 })],
      "silent: hold-is-ending",
    ],
    [
      "declined, and free in a moment",
      [declined(alice, X, { ago: DEFAULT_POLICY.probationSeconds - GUARD + 1 })],
      "silent: hold-is-ending",
    ],
    ["another's", [granted(bob, X)], "NAK: held-by-another"],
    ["reserved for another's offer", [offered(bob, X)], "NAK: held-by-another"],
    ["declined", [declined(alice, X)], "NAK: held-by-another"],
  ])("the address is %s", (_, events, then) => {
    expect(when(given({}, ...events)).request(alice, selecting)).toBe(then);
  });

  test.each([
    ["in no pool", "10.0.0.77"],
    ["of no network here", "192.168.1.7"],
    ["of the server itself", SERVER],
  ])("an address %s is refused", (_, requested) => {
    expect(when(given({})).request(alice, { ...selecting, requested })).toBe("NAK: not-entitled");
  });

  test("a REQUEST that selects another member of the cluster may be granted by this one", () => {
    expect(when(given({})).request(alice, { ...selecting, server: OTHER_MEMBER })).toBe(grants);
  });

  test("a REQUEST that selects a server that is not ours: no reply, whatever we know", () => {
    const there = { ...selecting, server: STRANGER };
    expect(when(given({})).request(alice, there)).toBe("silent: selected-another-server");
    expect(when(given({}, granted(alice, X))).request(alice, there)).toBe("silent: selected-another-server");
  });

  test("an offer that another node made is no obstacle: the store decides who is first", () => {
    const world = given({});
    world.offers.put(bob.client, ip(X), secondsLater(30));
    expect(when(world).request(alice, selecting)).toBe(grants);
  });

  test("a boot ROM is never told NAK here: it would give up and boot from disk", () => {
    const world = given({}, granted(bob, X));
    const then = when(world).request(alice, { ...selecting, firmware: true });
    expect(then).toBe("silent: firmware-must-not-be-refused");
    expect(when(world).request(alice, { ciaddr: X, firmware: true })).toBe("silent: unknown-lease");
    after(world, granted(alice, "10.0.0.12"));
    expect(when(world).request(alice, { ciaddr: X, firmware: true })).toBe("NAK: held-by-another");
  });
});

describe("RFC 2131 §4.3.2: DHCPREQUEST generated during INIT-REBOOT state", () => {
  const rebooting = { requested: X };

  test.each<[what: string, events: Past[], silentElseNak: string, authoritative: string]>([
    ["the client's record matches", [granted(alice, X)], renews, renews],
    [
      "its lease has ended, and nobody has the address",
      [granted(alice, X, { ago: HELD + 1 })],
      grants,
      grants,
    ],
    ["its lease was released", [granted(alice, X), released(alice, X)], grants, grants],
    [
      "its record is of another address",
      [granted(alice, "10.0.0.12")],
      "NAK: no-such-lease",
      "NAK: no-such-lease",
    ],
    [
      "the address was given to another since",
      [granted(alice, "10.0.0.12"), granted(bob, X)],
      "NAK: held-by-another",
      "NAK: held-by-another",
    ],
    ["there is no record of this client", [], "silent: unknown-lease", "NAK: no-such-lease"],
    [
      "there is none, and the address is another's",
      [granted(bob, X)],
      "silent: unknown-lease",
      "NAK: held-by-another",
    ],
  ])("%s", (_, events, then, thenAuthoritative) => {
    expect(when(given({}, ...events)).request(alice, rebooting)).toBe(then);
    expect(when(given({ authoritative: true }, ...events)).request(alice, rebooting)).toBe(thenAuthoritative);
  });

  test("a client on the wrong network is told NAK, authoritative or not, known or not", () => {
    for (const authoritative of [false, true]) {
      const world = given({ authoritative });
      expect(when(world).request(alice, { requested: "192.168.1.7" })).toBe("NAK: wrong-network");
    }
  });

  test("an address outside the pools: silence for a client without a record, NAK for one with", () => {
    const outside = { requested: "10.0.0.77" };
    expect(when(given({})).request(alice, outside)).toBe("silent: unknown-lease");
    expect(when(given({}, granted(alice, X))).request(alice, outside)).toBe("NAK: not-entitled");
    expect(when(given({ authoritative: true })).request(alice, outside)).toBe("NAK: not-entitled");
  });

  test("a reserved address needs no record", () => {
    const world = given({ hosts: { a: { of: alice, address: X } } });
    expect(when(world).request(alice, rebooting)).toBe(grants);
  });

  test("a copy of the REQUEST that was just granted costs no second write", () => {
    const world = given({}, granted(alice, X, { ago: 5, xid: 0xbeef }));
    expect(when(world).request(alice, { ...rebooting, xid: 0xbeef })).toBe(ack);
    expect(when(world).request(alice, { ...rebooting, server: SERVER, xid: 0xbeef })).toBe(ack);
    expect(when(world).request(alice, { ...rebooting, xid: 0xcafe })).toBe(renews);
    expect(when(world, secondsLater(15)).request(alice, { ...rebooting, xid: 0xbeef })).toBe(renews);
  });
});

describe("RFC 2131 §4.3.2: DHCPREQUEST generated during RENEWING and REBINDING state", () => {
  const renewing = { ciaddr: X };

  test.each<[what: string, events: Past[], silentElseNak: string, authoritative: string]>([
    ["the binding stands", [granted(alice, X, { ago: 60 })], ack, ack],
    ["it has ended, and nobody has the address", [granted(alice, X, { ago: HELD + 60 })], grants, grants],
    [
      "the address is another's",
      [granted(alice, "10.0.0.12"), granted(bob, X)],
      "NAK: held-by-another",
      "NAK: held-by-another",
    ],
    ["it was declined", [declined(alice, X)], "NAK: held-by-another", "NAK: held-by-another"],
    ["there is no record of this client", [], "silent: unknown-lease", "NAK: no-such-lease"],
  ])("%s", (_, events, then, thenAuthoritative) => {
    expect(when(given({}, ...events)).request(alice, renewing)).toBe(then);
    expect(when(given({ authoritative: true }, ...events)).request(alice, renewing)).toBe(thenAuthoritative);
  });

  test("ciaddr is not valid for the network of the client: NAK", () => {
    const world = given({ moreSubnets: [{ id: "office", prefix: "10.1.0.0/24" }] }, granted(alice, X));
    expect(when(world).request(alice, { ...renewing, link: ["office"] })).toBe("NAK: wrong-network");
  });
});

describe("a NAK takes an address from somebody, so it rests on what a quorum knows", () => {
  test.each([
    ["SELECTING", { server: SERVER, requested: X }],
    ["INIT-REBOOT on the wrong network", { requested: "192.168.1.7" }],
    ["RENEWING", { ciaddr: X }],
  ])("without a store there is none: %s", (_, fields) => {
    const world = given({ store: "stored-only", authoritative: true }, granted(bob, X));
    expect(when(world).request(alice, fields)).toBe("silent: store-unavailable");
  });
});

describe("a host that was moved or removed", () => {
  const hosts = { a: { of: alice, address: X } };
  const running = () => given({ hosts }, granted(alice, X, { ago: 60 }));
  const renewing = { ciaddr: X };

  test("moved: NAK at its next renewal, then its new address", () => {
    const world = running().setHost("a", alice, { address: "10.0.0.200" });
    expect(when(world).request(alice, renewing)).toBe("NAK: not-entitled");
    expect(when(world).discover(alice)).toBe(`OFFER 10.0.0.200 for ${LEASE_SECONDS} s`);
  });

  test("moved: its old address stays blocked until what it was promised has passed, and the guard", () => {
    const world = running().setHost("a", alice, { address: "10.0.0.200" });
    world.setHost("b", bob, { address: X });
    expect(when(world).discover(bob)).toBe("silent: reserved-address-held");
    expect(when(world, secondsLater(HELD - 60 + GUARD - 1)).discover(bob)).toBe(
      "silent: reserved-address-held",
    );
    expect(when(world, secondsLater(HELD - 60 + GUARD)).discover(bob)).toBe(`OFFER ${X} for 3600 s`);
  });

  test("removed, and no pool has the address: NAK at its next renewal", () => {
    const outside = "10.0.0.200";
    const world = given({ hosts: { a: { of: alice, address: outside } } }, granted(alice, outside));
    world.removeHost("a");
    expect(when(world).request(alice, { ciaddr: outside })).toBe("NAK: not-entitled");
  });

  test("removed, and a pool serves it as an unknown client: it keeps the address", () => {
    expect(when(running().removeHost("a")).request(alice, renewing)).toBe(ack);
  });

  test("removed, from a pool for known clients: NAK at its next renewal", () => {
    const pools = [{ range: "10.0.0.10-10.0.0.13", for: "known" }];
    const world = given({ pools, hosts: { a: { of: alice } } }, granted(alice, X));
    expect(when(world).request(alice, renewing)).toBe(ack);
    expect(when(world.removeHost("a")).request(alice, renewing)).toBe("NAK: not-entitled");
  });

  test("new, while its machine has an address of a pool: NAK at the next renewal, then its own address", () => {
    const world = given({}, granted(alice, X)).setHost("a", alice, { address: "10.0.0.200" });
    expect(when(world).request(alice, renewing)).toBe("NAK: not-entitled");
    expect(when(world).discover(alice)).toBe(`OFFER 10.0.0.200 for ${LEASE_SECONDS} s`);
  });

  test("new, and its address is leased to another: that one is told NAK at its next renewal", () => {
    const world = given({}, granted(bob, X)).setHost("a", alice, { address: X });
    expect(when(world).request(bob, renewing)).toBe("NAK: not-entitled");
    expect(when(world).discover(alice)).toBe("silent: reserved-address-held");
    after(world, released(bob, X));
    expect(when(world).discover(alice)).toBe(`OFFER ${X} for ${LEASE_SECONDS} s`);
  });
});

describe("RFC 2131 §4.3.3: DECLINE marks the address as not available", () => {
  const declining = { server: SERVER, requested: X };
  const done = "silent: declined, once AddressDeclined for 86400 s is stored";

  test.each<[what: string, events: Past[], then: string]>([
    ["its holder", [granted(alice, X)], done],
    ["somebody else", [granted(bob, X)], "silent: not-the-owner"],
    ["a client that was only offered it", [offered(alice, X)], done],
    ["a client when another was offered it", [offered(bob, X)], "silent: not-the-owner"],
    ["a client whose lease has ended", [granted(alice, X, { ago: HELD })], "silent: not-the-owner"],
    ["nobody that is known", [], "silent: not-the-owner"],
  ])("said by %s", (_, events, then) => {
    expect(when(given({}, ...events)).decline(alice, declining)).toBe(then);
  });

  test("without an address it is ignored", () => {
    expect(when(given({}, granted(alice, X))).decline(alice, { server: SERVER })).toBe("silent: malformed");
  });

  test("field report 2: its holder is believed without option 54, and nobody else", () => {
    expect(when(given({}, granted(alice, X))).decline(alice, { requested: X })).toBe(done);
    expect(when(given({}, granted(bob, X))).decline(alice, { requested: X })).toBe("silent: not-the-owner");
  });

  test("to another server it is ignored, to another member of ours it is not", () => {
    const world = given({}, granted(alice, X));
    expect(when(world).decline(alice, { ...declining, server: STRANGER })).toBe("silent: not-the-owner");
    expect(when(world).decline(alice, { ...declining, server: OTHER_MEMBER })).toBe(done);
  });

  test("a declined address is out of use for everybody, also who declined it, for a day", () => {
    const world = given({ pools: [{ range: `${X}-${X}` }] }, declined(alice, X));
    for (const who of [alice, bob]) {
      expect(when(world).discover(who, { requested: X })).toBe("silent: pool-exhausted");
      expect(when(world).request(who, { server: SERVER, requested: X })).toBe("NAK: held-by-another");
      expect(when(world, secondsLater(86_400)).discover(who)).toBe(`OFFER ${X} for ${LEASE_SECONDS} s`);
    }
  });
});

describe("RFC 2131 §4.3.4: RELEASE marks the address as not allocated", () => {
  const releasing = { server: SERVER, ciaddr: X };
  const done = "silent: released, once LeaseReleased for 7200 s is stored";

  test.each<[what: string, events: Past[], then: string]>([
    ["its holder", [granted(alice, X)], done],
    ["somebody else", [granted(bob, X)], "silent: not-the-owner"],
    ["a client whose lease has ended", [granted(alice, X, { ago: HELD })], "silent: not-the-owner"],
    ["a client that released it already", [released(alice, X)], "silent: not-the-owner"],
    ["nobody that is known", [], "silent: not-the-owner"],
  ])("said by %s", (_, events, then) => {
    expect(when(given({}, ...events)).release(alice, releasing)).toBe(then);
  });

  test("to another server it is ignored; clients that name none are understood", () => {
    const world = given({}, granted(alice, X));
    expect(when(world).release(alice, { ciaddr: X, server: STRANGER })).toBe("silent: not-the-owner");
    expect(when(world).release(alice, { ciaddr: X })).toBe(done);
  });

  test("the pairing is remembered: the client gets the address again, and meanwhile others may have it", () => {
    const world = given({}, granted(alice, X), released(alice, X));
    expect(when(world).discover(alice)).toBe(`OFFER ${X} for ${LEASE_SECONDS} s`);
    expect(when(world).request(bob, { server: SERVER, requested: X })).toBe(grants);
  });
});

describe("RFC 2131 §4.3.5: INFORM", () => {
  test("is answered with parameters, whatever is known of the address, and stores nothing", () => {
    for (const events of [[], [granted(alice, X)], [granted(bob, X)], [declined(bob, X)]]) {
      expect(when(given({}, ...events)).inform(alice, { ciaddr: X })).toBe("ACK without a lease");
      const world = given({ store: "stored-only" }, ...events);
      expect(when(world).inform(alice, { ciaddr: X })).toBe("ACK without a lease");
    }
  });
});

test("a message type that is not served is met with silence", () => {
  const world = given({}, granted(alice, X));
  for (const type of [MessageType.LEASEQUERY, MessageType.BULKLEASEQUERY, 0, 99, 255]) {
    const decision = decide(world, request(world, type, alice, { ciaddr: X }), NOW, "writable");
    expect(decision).toEqual({ kind: "silent", reason: "unsupported-message", offers: [] });
  }
});

test("the event says all that an operator and another node need", () => {
  const world = given({ hosts: { "alices-machine": { of: alice, address: X } } });
  const asked = request(world, MessageType.REQUEST, alice, { requested: X, server: SERVER, hostname: "a1" });
  const relay = { giaddr: "10.0.0.1", agent: "0102" };
  expect(decide(world, { ...asked, relay }, NOW, "writable")).toMatchObject({
    append: {
      address: ip(X),
      expected: 0,
      event: {
        ...{ type: "LeaseGranted", v: 1, address: X, client: "01020000000001", mac: "02:00:00:00:00:01" },
        ...{ subnet: "lan", host: "alices-machine", hostname: "a1", seconds: 3600, heldSeconds: 7200 },
        ...{ relay, xid: 0x1dea, node: "n1", network: 7, inventory: 1, intent: "this-attempt" },
      },
    },
  });
});
