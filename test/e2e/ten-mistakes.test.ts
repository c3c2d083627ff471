// A network document with ten mistakes of ten kinds: ten messages, each with its place, what was found and what was
// expected; and nothing is stored.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { typescript } from "../lab/service.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";

const FILE = fileHere("networks/ten-mistakes.yaml");
const text = readFileSync(FILE, "utf8");
const lines = text.split("\n").flatMap((line, i) => (line.includes("# mistake:") ? [i + 1] : []));

/** In the order of the lines. */
const mistakes: readonly (readonly [path: string, found: RegExp, expected: RegExp])[] = [
  ["defaults.leaseTime", /an unknown key "leaseTime"/, /one of .*\blease\b/],
  ["defaults.options.interfaceMtu", /"large"/, /a whole number from 0 to 65535/],
  ["classes[1].match", /known: true together with known: false/, /a matcher that some client can match/],
  [
    "subnets[0].pools[1].range",
    /10\.77\.31\.0-10\.77\.32\.255/,
    /a range apart from 10\.77\.16\.0-10\.77\.31\.255/,
  ],
  [
    "subnets[0].pools[2].range",
    /10\.78\.16\.0-10\.78\.31\.255/,
    /addresses of the subnet's prefix 10\.77\.0\.0\/16/,
  ],
  ["subnets[0].pools[3].for", /"gpus"/, /any, known, unknown or the id of a class/],
  [
    "subnets[0].reservations[1].address",
    /10\.77\.1\.1 again/,
    /an address of its own \(subnets\[0\]\.reservations\[0\]/,
  ],
  ["subnets[1].prefix", /10\.77\.128\.0\/17/, /a prefix apart from 10\.77\.0\.0\/16/],
  ["subnets[1].relays[0]", /"10\.300\.0\.1"/, /an IPv4 address/],
  ["subnets[2].lease.seconds", /600/, /at most maxSeconds \(60\)/],
];

const labOf = labForTests("tenmistakes", { clients: 0 });
let before: Awaited<ReturnType<typeof stored>>;
beforeAll(async () => {
  before = await stored();
});

/** What the bucket holds, octet by octet, and what each node says is in force and was. */
async function stored() {
  const { nats } = labOf().layout();
  const words = [...typescript("test/e2e/read-record.ts"), nats.servers.join(), nats.user, "dhcp-network"];
  const env = { LEASEHOLD_NATS_PASSWORD: nats.password };
  const record = await labOf().exec("n1", [...words, "document"], { env });
  expect(record, record.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("compute") });
  const nodes = labOf().nodes.flatMap(({ name }) =>
    ["/api/v1/network", "/api/v1/network/history"].map((path) => labOf().api(name, path)),
  );
  return { bucket: record.stdout, nodes: (await Promise.all(nodes)).map(({ body }) => body) };
}

test("`leasehold apply` prints ten messages with file, line, path, found and expected, and stores nothing", async () => {
  const { code, stdout, stderr } = await labOf().exec("n1", ["leasehold", "apply", FILE]);
  console.log(stderr.replaceAll(FILE, "ten-mistakes.yaml"));
  expect(code).toBe(1);
  expect(stdout).toBe("");
  const messages = stderr.split("\n").filter((line) => line.includes(`${FILE}:`));
  expect(messages).toHaveLength(10);
  for (const [i, [path, found, expected]] of mistakes.entries()) {
    const [, line, column, at, what] = /^\s*\S+\.yaml:(\d+):(\d+): (\S+): (.*)$/.exec(messages[i]!)!;
    expect([Number(line), at]).toEqual([lines[i], path]);
    expect(text.split("\n")[Number(line) - 1]!.slice(Number(column) - 1)).not.toMatch(/^\s|^$/);
    const [, was, wanted] = /^found (.*), expected (.*)$/.exec(what!)!;
    expect(was).toMatch(found);
    expect(wanted).toMatch(expected);
  }
  expect(await stored()).toEqual(before);
});

test.each(["n1", "n2", "n3"])("%s itself refuses it with the same ten, and stores nothing", async (node) => {
  const headers = { "content-type": "application/yaml", "if-match": "*" };
  const { status, body } = await labOf().api(node, "/api/v1/network", { method: "PUT", body: text, headers });
  expect(status).toBe(422);
  const { problems } = body as {
    problems: { path: string; line: number; found: string; expected: string }[];
  };
  expect(problems).toEqual(
    mistakes.map(([path, found, expected], i) =>
      expect.objectContaining({
        path,
        line: lines[i],
        found: expect.stringMatching(found),
        expected: expect.stringMatching(expected),
      }),
    ),
  );
  expect(await stored()).toEqual(before);
});
