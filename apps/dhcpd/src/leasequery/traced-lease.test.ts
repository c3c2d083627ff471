import { decodeRelayAgent, encodeRelayAgent, macFromBytes } from "@leasehold/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lease } from "../../test/leasequery.ts";
import { bob } from "../../test/wire.ts";
import { clientIdentifierOf, hardwareOf, isKnownByHardware, subOptionIn } from "./traced-lease.ts";

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");

test("a sub-option is found in hex as it is in octets", () => {
  const agents = fc.oneof(
    fc
      .dictionary(fc.constantFrom("1", "2", "12"), fc.uint8Array({ maxLength: 9 }))
      .map((subOptions) =>
        encodeRelayAgent(new Map(Object.entries(subOptions).map(([code, octets]) => [+code, octets]))),
      ),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }).map((octets) => Uint8Array.from(octets)),
  );
  fc.assert(
    fc.property(agents, fc.constantFrom(1, 2, 12), (agent, code) => {
      const found = decodeRelayAgent(agent).get(code);
      expect(subOptionIn(hex(agent), code)).toBe(found && hex(found));
    }),
  );
});

test("no option 82, no sub-option", () => expect(subOptionIn(undefined, 2)).toBeUndefined());

test("the hardware type is in an identity that is made of it", () => {
  const ring = lease("10.0.0.10", { client: `06${bob.client.slice(2)}` as never, of: bob });
  expect(macFromBytes(hardwareOf(ring).chaddr)).toBe(bob.mac);
  expect(hardwareOf(ring).htype).toBe(6);
  expect([isKnownByHardware(ring), clientIdentifierOf(ring)]).toEqual([true, undefined]);
});

test("and is Ethernet's in one that is not, unless the lease keeps it", () => {
  const known = lease("10.0.0.10", { client: "ff0001" as never });
  expect([hardwareOf(known).htype, isKnownByHardware(known)]).toEqual([1, false]);
  expect(hex(clientIdentifierOf(known)!)).toBe("ff0001");
  expect(hardwareOf({ ...known, trace: { htype: 32 } }).htype).toBe(32);
  expect(hardwareOf({ ...known, mac: undefined })).toEqual({ htype: 0, chaddr: new Uint8Array(0) });
});
