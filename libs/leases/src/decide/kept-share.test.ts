// A7: what a pool keeps for known hosts is not to be had by naming an address of it either.
import { MessageType } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { client, NOW, request, SERVER, secondsLater, TestWorld } from "../../test/world.ts";
import { decide } from "../index.ts";

const POOLS = [{ range: "10.0.0.10-10.0.0.19", keepForKnown: 5 }];
const known = client(999);

/** Each of ten clients names another address, and takes what it is offered. */
function ask(world: TestWorld): string[] {
  return Array.from({ length: 10 }, (_, i) => {
    const fields = { requested: `10.0.0.${10 + i}` };
    const offer = decide(world, request(world, MessageType.DISCOVER, client(i), fields), NOW, "writable");
    if (offer.kind === "grant") world.offers.put(client(i).client, offer.address, secondsLater(30));
    return offer.kind === "silent" ? offer.reason : offer.kind;
  });
}

function select(world: TestWorld, of: typeof known, requested: string) {
  return decide(
    world,
    request(world, MessageType.REQUEST, of, { requested, server: SERVER }),
    NOW,
    "writable",
  );
}

describe("A7: the share of known hosts", () => {
  test("is not offered to who asks for an address of it (option 50)", () => {
    const world = new TestWorld({ pools: POOLS });
    const told = ask(world);
    expect(told.filter((one) => one === "grant")).toHaveLength(5);
    expect(told.filter((one) => one === "pool-exhausted")).toHaveLength(5);
  });

  test("is not for who takes an address that was not offered to it; what was offered is granted, and a known host gets any", () => {
    const world = new TestWorld({ pools: POOLS, hosts: { h1: { of: known } } });
    ask(world);
    expect(select(world, client(50), "10.0.0.19")).toMatchObject({
      kind: "silent",
      reason: "pool-exhausted",
    });
    expect(select(world, client(0), "10.0.0.10")).toMatchObject({ kind: "grant", reply: "ACK" });
    expect(select(world, known, "10.0.0.19")).toMatchObject({ kind: "grant", reply: "ACK" });
  });
});
