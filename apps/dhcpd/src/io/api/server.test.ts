import { expect, test } from "vitest";
import { newApiServer } from "./server.ts";

function server() {
  const app = newApiServer();
  app.post("/act", () => ({ done: true }));
  return app;
}

test.each([
  ["nothing at all", {}],
  [
    "no octets of text, as the command sends them",
    { headers: { "content-type": "text/plain" }, payload: "" },
  ],
  ["an empty object", { headers: { "content-type": "application/json" }, payload: "{}" }],
])("a route without a body takes %s", async (_, sent) => {
  const { statusCode } = await server().inject({ method: "POST", url: "/act", ...sent });
  expect(statusCode).toBe(200);
});

test("a route without a body takes no other: a key that nobody reads is a mistake", async () => {
  const { statusCode, body } = await server().inject({ method: "POST", url: "/act", payload: { why: "x" } });
  expect(statusCode).toBe(422);
  expect(body).toContain("why");
});
