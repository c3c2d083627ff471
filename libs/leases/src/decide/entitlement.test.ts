// One rule for every source of an address: what routes, relays, serves or is no station's is nobody's to have.
import { describe, expect, test } from "vitest";
import {
  alice,
  bob,
  given,
  granted,
  ip,
  NOW,
  OTHER_MEMBER,
  request,
  SERVER,
  TestWorld,
  told,
  when,
} from "../../test/world.ts";
import { decide } from "./decide.ts";
import { whyNobodys } from "./entitlement.ts";

const ROUTER = "10.0.0.1";
const RELAY = "10.0.0.5";
const DNS = "10.0.0.12";
const options = { options: { routers: [ROUTER], domainNameServers: [DNS] }, relays: [RELAY] };
const NOBODYS = [ROUTER, RELAY, SERVER, OTHER_MEMBER, "10.0.0.0", "10.0.0.255"];

describe("field report 3: a claim of the inventory on an address that is nobody's", () => {
  test.each(NOBODYS)("%s is not given, and the host is served as if it had none", (address) => {
    const world = new TestWorld({ hosts: { h1: { of: alice, address } }, subnet: options });
    expect(when(world).discover(alice)).toMatch(/^OFFER 10\.0\.0\.1[0-3] /);
    expect(when(world).request(alice, { requested: address })).toMatch(/^(NAK|silent)/);
    expect(when(world).request(alice, { requested: address, server: SERVER })).toBe("NAK: not-entitled");
    expect(when(world).request(alice, { ciaddr: address })).toMatch(/^(NAK|silent)/);
  });

  test("its other address on the link counts", () => {
    const world = new TestWorld({ subnet: options });
    world.setHost("h1", alice, { addresses: [ROUTER, "10.0.0.77"] });
    expect(when(world).discover(alice)).toMatch(/^OFFER 10\.0\.0\.77 /);
  });

  test("a DNS server may be a host of the inventory; no pool gives its address", () => {
    const world = new TestWorld({ hosts: { dns: { of: alice, address: DNS } }, subnet: options });
    expect(when(world).discover(alice)).toMatch(/^OFFER 10\.0\.0\.12 /);
    expect(when(world).discover(bob, { requested: DNS })).toMatch(/^OFFER 10\.0\.0\.1[013] /);
  });
});

describe("an address that becomes somebody's later", () => {
  test("its client is refused at its next renewal, and nobody else gets the address before", () => {
    const held = given({}, granted(alice, "10.0.0.11"));
    expect(when(held).request(alice, { ciaddr: "10.0.0.11" })).toMatch(/^ACK 10\.0\.0\.11 /);
    const world = given({ subnet: { options: { routers: ["10.0.0.11"] } } }, granted(alice, "10.0.0.11"));
    expect(when(world).request(alice, { ciaddr: "10.0.0.11" })).toBe("NAK: not-entitled");
    expect(when(world).discover(alice)).toMatch(/^OFFER 10\.0\.0\.1[023] /);
    expect(when(world).discover(bob, { requested: "10.0.0.11" })).not.toContain("10.0.0.11 ");
  });

  test("a node that joins with the address of a client", () => {
    const world = given({ hosts: { h1: { of: alice, address: "10.0.0.77" } } }, granted(alice, "10.0.0.77"));
    world.servers.add(ip("10.0.0.77"));
    expect(when(world).request(alice, { ciaddr: "10.0.0.77" })).toBe("NAK: not-entitled");
  });
});

test("field report 5: the relay agent that a request comes by, named by giaddr alone, is not given", () => {
  const world = new TestWorld({ pools: [{ range: "10.0.0.10-10.0.0.11" }] });
  for (const of of [alice, bob]) {
    const relayed = { ...request(world, 1, of, { requested: "10.0.0.10" }), relayAddress: ip("10.0.0.10") };
    expect(told(decide(world, relayed, NOW, "writable"))).toMatch(/^OFFER 10\.0\.0\.11 /);
  }
});

test.each(["0.0.0.7", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"])(
  "%s is no station's",
  (address) => {
    expect(whyNobodys(new TestWorld(), ip(address))).toBe("no address that a station can have");
  },
);
