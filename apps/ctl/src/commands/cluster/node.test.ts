// `leasehold node drain|undrain` against a server that plays the nodes' API.
import { expect, test } from "vitest";
import { leasehold, type Route, serve } from "../../../test/played-server.ts";

/** The API of a node that knows itself as n1, and n2 by an address where it listens. */
function playing(asked: string[], n2 = "127.0.0.1:1"): Record<string, Route> {
  const act = (what: string): Route => {
    return () => {
      asked.push(what);
      return { body: { node: "n1", state: what === "drain" ? "draining" : "serving" } };
    };
  };
  const nodes = [
    { name: "n1", state: "serving", api: "0.0.0.0:8067", addresses: ["127.0.0.1"] },
    { name: "n2", state: "serving", api: n2, addresses: ["10.77.0.12"] },
  ];
  return {
    "GET /api/v1/cluster": () => ({ body: { node: "n1", nodes } }),
    "POST /api/v1/node/drain": act("drain"),
    "POST /api/v1/node/undrain": act("undrain"),
  };
}

test("the node that answers drains itself", async () => {
  const asked: string[] = [];
  const server = await serve(playing(asked));
  const drained = await leasehold(["node", "drain", "n1", "--server", server]);
  expect([drained.code, drained.out]).toEqual([
    0,
    expect.stringMatching(/^n1 is draining: other nodes are taking over/),
  ]);
  const back = await leasehold(["node", "undrain", "n1", "--json", "--server", server]);
  expect(JSON.parse(back.out)).toEqual({ node: "n1", state: "serving" });
  expect(asked).toEqual(["drain", "undrain"]);
});

test("another one drains by a request to its own API", async () => {
  const [here, there]: [string[], string[]] = [[], []];
  const other = await serve(playing(there));
  const server = await serve(playing(here, new URL(other).host));
  expect((await leasehold(["node", "drain", "n2", "--server", server])).code).toBe(0);
  expect([here, there]).toEqual([[], ["drain"]]);
});

test("what is no node, and what is nothing to do with one", async () => {
  const server = await serve(playing([]));
  const unknown = await leasehold(["node", "drain", "n9", "--server", server]);
  expect([unknown.code, unknown.err]).toEqual([
    1,
    expect.stringContaining("n1 does not know a node named n9."),
  ]);
  expect((await leasehold(["node", "drown", "n1", "--server", server])).code).toBe(2);
});
