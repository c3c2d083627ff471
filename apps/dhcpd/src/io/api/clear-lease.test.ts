import { newHttpServer } from "@leasehold/daemon";
import { describe, expect, test } from "vitest";
import { TestNode } from "../../../test/node.ts";
import { alice, packetOf, selecting, X } from "../../../test/wire.ts";
import { addClearLease } from "./clear-lease.ts";

async function served() {
  const node = new TestNode();
  const app = newHttpServer();
  addClearLease(app, {
    clocks: { now: node.clock.now },
    clearLease: (order) => node.service.clearLease(order),
  });
  await node.answer(packetOf("REQUEST", alice, selecting(X)));
  const post = async (address: string, payload: object = {}) => {
    const reply = await app.inject({ method: "POST", url: `/api/v1/leases/${address}/clear`, payload });
    return { status: reply.statusCode, body: reply.json() };
  };
  return { node, post };
}

describe("field report 16: POST /api/v1/leases/<address>/clear", () => {
  test("refuses what a client has, and says whose it is; with force it frees it, with who and why", async () => {
    const { node, post } = await served();
    const held = await post(X);
    expect(held.status).toBe(409);
    expect(held.body.error).toContain(`${alice.mac} has ${X} until `);
    const { status, body } = await post(X, { by: "somebody", why: "it was thrown away", force: true });
    expect([status, body.address, body.cleared.state]).toEqual([200, X, "bound"]);
    expect(node.store.log.at(-1)?.event).toMatchObject({
      type: "LeaseReleased",
      cleared: { by: "somebody (127.0.0.1)", why: "it was thrown away", state: "bound" },
    });
    expect((await post(X)).status).toBe(404);
  });

  test.each([
    ["10.0.0.300", {}, 422],
    [X, { force: "yes" }, 422],
    [X, { who: "somebody" }, 422],
    ["10.0.0.200", {}, 404],
  ])("%s with %o: %d", async (address, body, status) => {
    const { post } = await served();
    const reply = await post(address, body);
    expect(reply.status).toBe(status);
    expect(reply.body.fix).toMatch(/\w/);
  });
});
