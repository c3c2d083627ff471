import { expect, test } from "vitest";
import { leasehold, serve } from "../../../test/played-server.ts";

const ADDRESS = "10.77.16.9";
const PATH = `POST /api/v1/leases/${ADDRESS}/clear`;

test("field report 16: lease clear <ip> frees the address, and says what it was", async () => {
  const cleared = { state: "declined", mac: "a4:bf:01:38:ee:65", client: "01a4bf0138ee65" };
  const server = await serve({ [PATH]: () => ({ body: { address: ADDRESS, cleared } }) });
  const { code, out } = await leasehold(["lease", "clear", ADDRESS, "--why", "cable", "--server", server]);
  expect([code, out]).toEqual([0, `${ADDRESS} is free: it was declined, last of a4:bf:01:38:ee:65.`]);
});

test("lease clear <ip>: what a client has is refused, with what to do", async () => {
  const body = { error: `a4:bf:01:38:ee:65 has ${ADDRESS}.`, fix: "Clear it all the same, with --force." };
  const server = await serve({ [PATH]: () => ({ status: 409, body }) });
  const { code, err } = await leasehold(["lease", "clear", ADDRESS, "--server", server]);
  expect(code).toBe(1);
  expect(err).toContain(`has ${ADDRESS}.\nClear it all the same, with --force.`);
  expect((await leasehold(["lease", "clear", "10.0.0.300", "--server", server])).code).toBe(2);
});
