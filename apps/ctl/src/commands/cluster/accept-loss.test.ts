import { expect, test } from "vitest";
import { leasehold, serve } from "../../../test/played-server.ts";

const PATH = "POST /api/v1/store/accept-loss";
const WORDS = "the store had 70 addresses and has lost 48 of them, which no node remembers";

test("store accept-loss tells what was accepted, and sends who and why", async () => {
  let sent: unknown;
  const server = await serve({
    [PATH]: (_, body) => {
      sent = JSON.parse(String(body));
      return { body: { accepted: [WORDS] } };
    },
  });
  const { code, out } = await leasehold(["store", "accept-loss", "--why", "no backup", "--server", server]);
  expect([code, out]).toEqual([0, `accepted: ${WORDS}`]);
  expect(sent).toMatchObject({ by: expect.any(String), why: "no backup" });
});

test("store accept-loss where nothing is lost: refused, with what to do", async () => {
  const body = { error: "No alarm stands here.", fix: "`leasehold status` shows the alarms." };
  const server = await serve({ [PATH]: () => ({ status: 404, body }) });
  const { code, err } = await leasehold(["store", "accept-loss", "--server", server]);
  expect([code, err]).toEqual([1, expect.stringContaining("No alarm stands here.")]);
});
