// node.yaml: what is read, and that a mistake is told with file, place, and what was expected.
import { describe, expect, test } from "vitest";
import { NodeFileError, parseNodeFile } from "./node-file.ts";

const GOOD = `
name: n1
interfaces: [eth0]
nats: { servers: ["nats://127.0.0.1:4222"] }
api: { listen: "0.0.0.0:8067", token: secret }
`;

function problems(content: string): string[] {
  try {
    parseNodeFile(content, "node.yaml");
  } catch (error) {
    if (error instanceof NodeFileError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("what is not said has sensible values", () => {
  expect(parseNodeFile(GOOD, "node.yaml")).toMatchObject({
    ...{ name: "n1", interfaces: ["eth0"], dhcp: { port: 67 }, log: { level: "info" } },
    nats: { servers: ["nats://127.0.0.1:4222"], durability: "warn" },
    api: { listen: "0.0.0.0:8067", token: "secret" },
  });
});

test("JSON is YAML too", () => {
  const file = parseNodeFile(GOOD, "node.yaml");
  expect(parseNodeFile(JSON.stringify(file), "node.json")).toEqual(file);
});

describe("a mistake is told with the file, the place in it, and what is wrong", () => {
  test.each<[what: string, from: string | RegExp, to: string, said: RegExp]>([
    ["a name with a space", "name: n1", "name: node one", /^node\.yaml: name: .*letters, digits, - and _/],
    ["no name", "name: n1", "", /^node\.yaml: name: /],
    ["no interface", "[eth0]", "[]", /^node\.yaml: interfaces: /],
    ["no servers", /servers: .*\]/, "user: me", /^node\.yaml: nats\.servers: /],
    [
      "a monitoring address that is none",
      /servers:/,
      "monitoring: [here], servers:",
      /^node\.yaml: nats\.monitoring\.0: .*http:/,
    ],
    [
      "a policy that is none",
      /servers:/,
      "durability: hope, servers:",
      /^node\.yaml: nats\.durability: .*"require"/,
    ],
    ["no port", "0.0.0.0:8067", "0.0.0.0", /^node\.yaml: api\.listen: .*like 0\.0\.0\.0:8067/],
    ["a port that is none", "name: n1", "name: n1\ndhcp: { port: 0 }", /^node\.yaml: dhcp\.port: /],
    [
      "a level that is none",
      "name: n1",
      "name: n1\nlog: { level: loud }",
      /^node\.yaml: log\.level: .*"debug"/,
    ],
    ["a key that is unknown", "name: n1", "name: n1\nnmae: n1", /^node\.yaml: \(top\): .*"nmae"/],
    ["a key that is unknown, deeper", "token: secret", "tokn: secret", /^node\.yaml: api: .*"tokn"/],
  ])("%s", (_, from, to, said) => {
    const found = problems(GOOD.replace(from, to));
    expect(found.filter((line) => said.test(line))).toHaveLength(1);
    expect(found[0]).toMatch(/docs\/operate\.md/);
  });

  test("all mistakes at once, each on a line of its own", () => {
    expect(problems("name: a b\ninterfaces: []\n")).toHaveLength(4);
  });

  test("text that is no YAML", () => {
    expect(problems("name: [n1")[0]).toMatch(/^node\.yaml: .*line 1/);
  });

  test.each(["", "[]", "7", "null"])("a file that is something else: %j", (content) => {
    expect(problems(content)[0]).toMatch(/^node\.yaml: \(top\): /);
  });
});
