import { expect, test } from "vitest";
import { newHttpServer } from "./http-server.ts";

function server() {
  const app = newHttpServer();
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

test("a mistake of ours is logged with its words, and answered without them", async () => {
  const logged: object[] = [];
  const app = newHttpServer({ log: (fault) => logged.push(fault) });
  const fault = new Error("a secret of ours");
  app.get("/fault", () => {
    throw fault;
  });
  const { statusCode, body } = await app.inject("/fault");
  expect(statusCode).toBe(500);
  expect(body).not.toContain("secret");
  expect(logged).toEqual([{ err: fault, method: "GET", path: "/fault" }]);
});
