// node.yaml: what is read, and that a mistake is told with file, place, and what was expected.

import { formatProblem } from "@leasehold/document";
import { describe, expect, test } from "vitest";
import { readNodeFile } from "./node-file.ts";

const GOOD = `
name: n1
interfaces: [eth0]
nats: { servers: ["nats://127.0.0.1:4222"] }
api: { listen: "0.0.0.0:8067", token: secret }
`;

function problems(content: string, files?: Readonly<Record<string, string>>): string[] {
  const read = (file: string) => {
    const text = files?.[file];
    if (text === undefined) throw Object.assign(new Error(), { code: "ENOENT" });
    if (text === "EACCES") throw Object.assign(new Error(), { code: "EACCES" });
    return text;
  };
  const checked = readNodeFile(content, "node.yaml", files && read);
  return checked.ok ? [] : checked.problems.map(formatProblem);
}

function parsed(content: string) {
  const checked = readNodeFile(content, "node.yaml");
  if (!checked.ok) throw new Error(checked.problems.map(formatProblem).join());
  return checked.document;
}

test("what is not said has sensible values", () => {
  expect(parsed(GOOD)).toMatchObject({
    ...{ name: "n1", interfaces: ["eth0"], dhcp: { port: 67 }, log: { level: "info" } },
    nats: { servers: ["nats://127.0.0.1:4222"], durability: "warn" },
    api: { listen: "0.0.0.0:8067", token: "secret" },
  });
});

test("JSON is YAML too", () => {
  const file = parsed(GOOD);
  expect(parsed(JSON.stringify(file))).toEqual(file);
});

describe("A14: a mistake is told with file, line, what was found, what was expected, and what to do", () => {
  test.each<[what: string, from: string | RegExp, to: string, said: RegExp]>([
    [
      "a name with a space",
      "name: n1",
      "name: node one",
      /^node\.yaml:2:1: name: found "node one", expected .*letters/,
    ],
    ["no name", "name: n1", "", /^node\.yaml:.*name: found nothing, expected text/],
    ["no interface", "[eth0]", "[]", /^node\.yaml:3:1: interfaces: .*at least one interface/],
    ["an interface twice", "[eth0]", "[eth0, eth0]", /interfaces\[1\]: found "eth0" again.*Remove it/],
    ["no servers", /servers: .*\]/, "user: me", /nats\.servers: found nothing, expected a list/],
    [
      "a monitoring address that is none",
      /servers:/,
      "monitoring: [here], servers:",
      /monitoring\[0\]: found "here".*http:/,
    ],
    [
      "a policy that is none",
      /servers:/,
      "durability: hope, servers:",
      /durability: found "hope", expected one of require/,
    ],
    ["no port", "0.0.0.0:8067", "0.0.0.0", /api\.listen: .*like 0\.0\.0\.0:8067/],
    ["a port out of range", "0.0.0.0:8067", "0.0.0.0:80670", /api\.listen: .*from 1 to 65535/],
    ["IPv6 without brackets", "0.0.0.0:8067", "::8067", /api\.listen: .*\[::\]:8067/],
    [
      "a DHCP port that is none",
      "name: n1",
      "name: n1\ndhcp: { port: 0 }",
      /dhcp\.port: found 0, expected a port/,
    ],
    [
      "a level that is none",
      "name: n1",
      "name: n1\nlog: { level: loud }",
      /log\.level: found "loud", expected one of debug/,
    ],
    [
      "an unknown key",
      "name: n1",
      "name: n1\nnmae: n1",
      /^node\.yaml:3:1: nmae: .*Write "name" if that was meant/,
    ],
    [
      "an unknown key, deeper",
      "token: secret",
      "tokn: secret",
      /api\.tokn: .*Write "token" if that was meant/,
    ],
    [
      "an unknown key in nats.tls",
      /servers:/,
      "tls: { caFile: x }, servers:",
      /nats\.tls\.caFile: found an unknown key/,
    ],
    [
      "a certificate for NATS without its key",
      /servers:/,
      "tls: { cert: x }, servers:",
      /nats\.tls: found .*expected cert and key together, or neither/,
    ],
    ["no token", ", token: secret", "", /api: found no token, expected token or tokenFile/],
  ])("%s", (_, from, to, said) => {
    const found = problems(GOOD.replace(from, to));
    expect(
      found.filter((line) => said.test(line)),
      found.join("\n"),
    ).toHaveLength(1);
  });

  test("all mistakes at once, each on a line of its own", () => {
    expect(problems("name: a b\ninterfaces: []\n")).toHaveLength(4);
  });

  test.each([
    ["name: [n1", /^node\.yaml:\d+:\d+: found .*expected valid YAML/],
    ["name: n1\nnats:\n\tservers: []\n", /found a tab at the start of a line, expected spaces/],
    [`${GOOD}---\n${GOOD}`, /found a second document \(---\), expected one document/],
    ["", /^node\.yaml: .*expected a mapping/],
    ["[]", /^node\.yaml:1:1: .*expected a mapping/],
  ])("text that is no such document: %j", (content, said) => {
    expect(problems(content)[0]).toMatch(said);
  });

  test("[::]:8067 is an address to listen on", () => {
    expect(parsed(GOOD.replace("0.0.0.0:8067", "[::]:8067")).api.listen).toBe("[::]:8067");
  });

  const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  test.each<[what: string, nats: string, files: Record<string, string>, said: RegExp]>([
    [
      "missing",
      "passwordFile: /p",
      {},
      /^node\.yaml:4:\d+: nats\.passwordFile: found \/p: there is no such file.*Create it/,
    ],
    ["not for this user", "passwordFile: /p", { "/p": "EACCES" }, /\/p: this user may not read it.*chgrp/],
    ["empty", "passwordFile: /p", { "/p": "\n" }, /\/p: it is empty/],
    [
      "a missing CA",
      "tls: { ca: /ca }",
      {},
      /nats\.tls\.ca: found \/ca: there is no such file, expected certificates in PEM/,
    ],
    [
      "no PEM",
      "tls: { ca: /ca }",
      { "/ca": "0\x82" },
      /\/ca: something else, expected certificates in PEM.*DER/,
    ],
    [
      "a key for a certificate",
      "tls: { ca: /ca }",
      { "/ca": KEY },
      /It is a private key: name the certificate/,
    ],
    ["a certificate for a key", "tls: { key: /k }", { "/k": PEM }, /It is a certificate: name its key/],
  ])("a file that it names is %s", (_, nats, files, said) => {
    const found = problems(GOOD.replace("servers:", `${nats}, servers:`), files);
    expect(
      found.filter((line) => said.test(line)),
      found.join("\n"),
    ).toHaveLength(1);
  });

  test("files that are right are no mistake", () => {
    const content = GOOD.replace("servers:", "passwordFile: /p, tls: { ca: /ca }, servers:");
    expect(problems(content, { "/p": "secret\n", "/ca": PEM })).toEqual([]);
  });
});
