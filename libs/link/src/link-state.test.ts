import type { Ipv4, Mac } from "@leasehold/protocol";
import { describe, expect, it } from "vitest";
import { fixOf, type InterfaceFacts, inOrder, isSameDevice, problemOf, viewOf } from "./link-state.ts";

const facts: InterfaceFacts = {
  ...{ index: 7, isUp: true, hasCarrier: true, mac: "02:1e:a5:00:00:01" as Mac, mtu: 1500 },
  addresses: [0x0a000001 as Ipv4],
};

describe("A1: the state of a served interface", () => {
  it.each([
    ["missing", undefined, "does not exist on this machine"],
    ["down", { ...facts, isUp: false }, "is set down"],
    ["down", { ...facts, hasCarrier: false }, "has no carrier"],
    ["down", { ...facts, addresses: [] }, "has no IPv4 address"],
    ["up", facts, undefined],
  ] as const)("A1: %s: %o", (state, of, problem) => {
    expect(problemOf(of)).toBe(problem);
    expect(viewOf("lan0", of, problemOf(of))).toMatchObject({ name: "lan0", state });
  });

  it("A1: another index or another MAC is another device", () => {
    expect(isSameDevice(facts, { ...facts, mtu: 9000 })).toBe(true);
    expect(isSameDevice(facts, { ...facts, index: 8 })).toBe(false);
    expect(isSameDevice(facts, { ...facts, mac: "02:1e:a5:00:00:02" as Mac })).toBe(false);
  });

  it("A1: the server identifier stays while its address is there, and is another one when it is gone", () => {
    const [one, two] = [0x0a000001 as Ipv4, 0x0a000002 as Ipv4];
    expect(inOrder([two, one], one)).toEqual([one, two]);
    expect(inOrder([two], one)).toEqual([two]);
    expect(inOrder([two, one], undefined)).toEqual([two, one]);
  });

  it("A1: a wrong name is told with the names that there are", () => {
    expect(fixOf("eth9", undefined, ["lo", "eth0", "eth1"])).toContain("This machine has eth0, eth1.");
  });
});
