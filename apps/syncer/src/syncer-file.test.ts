import { formatProblem } from "@leasehold/document";
import { expect, test } from "vitest";
import { loopSettings } from "./rounds/settings.ts";
import { sources } from "./sources.ts";
import { readSyncerFile } from "./syncer-file.ts";

const GOOD = `
name: s1
nats: { servers: ["nats://10.77.0.11:4222"], user: syncer, passwordFile: /etc/leasehold/nats }
api: { listen: ":8068", token: secret }
sources:
  - { type: smd, url: "http://smd:27779" }
  - { type: smd, name: annex, url: "https://annex:8443", token: jwt, pollSeconds: 2, fullSeconds: 30, absentReads: 3,
      brake: { hosts: 50 }, hostname: "n{05d}", hostnameOther: "{id}" }
`;

function problemsOf(text: string): string[] {
  const read = readSyncerFile(text, "syncer.yaml");
  return read.ok ? [] : read.problems.map(formatProblem);
}

test("what a source leaves out has a default: it is read whole each second", () => {
  const read = readSyncerFile(GOOD, "syncer.yaml");
  if (!read.ok) throw new Error(problemsOf(GOOD).join("\n"));
  expect(read.document.sources.map(loopSettings)).toEqual([
    {
      source: "smd",
      type: "smd",
      pollMs: 1000,
      fullMs: 1000,
      absentReads: 2,
      brake: { percent: 10, hosts: 5 },
    },
    {
      source: "annex",
      type: "smd",
      pollMs: 2000,
      fullMs: 30_000,
      absentReads: 3,
      brake: { percent: 10, hosts: 50 },
    },
  ]);
});

test("mistakes are reported all at once, with path and line", () => {
  const text = `name: s 1
nats: { server: "nats://x" }
api: { listen: 8068 }
sources:
  - { type: smd, url: smd:27779, pollSecond: 3 }
  - { type: file, path: hosts.yaml }
  - { type: smd, url: "http://a", hostname: "{mac}", absentReads: 0 }
`;
  expect(problemsOf(text)).toEqual([
    'syncer.yaml:1:1: name: found "s 1", expected a name of at most 32 letters, digits, - and _.',
    "syncer.yaml:2:1: nats.servers: found nothing, expected a list of at least one nats:// URL.",
    'syncer.yaml:2:9: nats.server: found an unknown key "server", expected one of servers, user, password, passwordFile, token, credentialsFile, tls. Write "servers" if that was meant.',
    "syncer.yaml:3:1: api: found no token, expected token or tokenFile. Set a token for the API; all nodes of a cluster have the same one.",
    "syncer.yaml:3:8: api.listen: found 8068, expected text.",
    'syncer.yaml:5:18: sources[0].url: found "smd:27779", expected an http or https URL without a path, like http://smd:27779.',
    'syncer.yaml:5:34: sources[0].pollSecond: found an unknown key "pollSecond", expected one of type, name, pollSeconds, fullSeconds, answerMaxMiB, timeoutSeconds, silenceSeconds, absentReads, brake, url, token, hostname, hostnameOther. Write "pollSeconds" if that was meant.',
    `syncer.yaml:6:7: sources[1].type: found "file", expected a mapping whose type is one of ${sources.map(({ type }) => type).join(", ")}.`,
    'syncer.yaml:7:5: sources[2]: found the name "smd" again, expected a name of its own. Give each source a name.',
    'syncer.yaml:7:35: sources[2].hostname: found "{mac}", expected a hostname pattern like nid{04d} or {id}.',
    "syncer.yaml:7:54: sources[2].absentReads: found 0, expected a whole number, at least 1.",
  ]);
});
