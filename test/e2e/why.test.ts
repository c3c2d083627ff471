// The commands that say why and go back, as an operator uses them on a node: a captured packet explained, a client's last
// packets on every node, and revisions of the network document. By the NATS user of the nodes, with no more than it may do.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clientPrograms, RunningClient } from "../lab/clients/index.ts";
import { readWire } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";

const labOf = labForTests("why", { clients: 2 });

const DOCUMENT = `version: 1
defaults: { lease: { seconds: 600 } }
classes:
  - { id: busybox, match: { vendorClass: { prefix: udhcp } }, options: { domainName: busy.example } }
subnets:
  - id: compute
    prefix: 10.77.0.0/16
    interface: eth0
    options: { routers: [10.77.0.1] }
    pools: [{ range: 10.77.16.0-10.77.254.254 }]
`;

async function leasehold(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await labOf().exec("n1", ["leasehold", ...words]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

test("a document is tried, applied, listed and rolled back; all nodes follow", async () => {
  const file = join(labOf().state.directory, "other.yaml");
  writeFileSync(file, DOCUMENT);
  const revisions = async () => (await labOf().leasehold<{ revision: number }[]>(["history"])).length;
  const before = await revisions();
  expect(await leasehold("apply", "--dry-run", file)).toContain("No problems found. Nothing was stored");
  expect(await revisions()).toBe(before);
  expect(await leasehold("apply", file)).toContain("~ defaults.lease.seconds: 3600 → 600");
  expect(await leasehold("rollback")).toContain("~ defaults.lease.seconds: 600 → 3600");
  expect(await leasehold("rollback")).toContain("~ defaults.lease.seconds: 3600 → 600");
  const history = await labOf().leasehold<{ revision: number; sameAs: number | null }[]>(["history"]);
  expect(history).toHaveLength(before + 3);
  expect(history[0]!.sameAs).toBe(history[2]!.revision);
  for (const { name } of labOf().nodes) {
    await expect
      .poll(async () => ((await labOf().api(name, "/api/v1/network")).body as { revision: number }).revision)
      .toBe(history[0]!.revision);
  }
});

test("a captured packet is explained as it was answered, and nothing comes of that", async () => {
  const lab = labOf();
  const capture = await lab.startCapture();
  const udhcpc = clientPrograms.find(({ name }) => name === "udhcpc")!;
  const lease = await new RunningClient(lab, "c1", udhcpc).lease();
  await lab.stopCapture();
  const dump = (await lab.exec("n1", ["tcpdump", "-n", "-xx", "-r", capture])).stdout;
  const frames = join(lab.state.directory, "frames.txt");
  writeFileSync(frames, dump);
  const records = readWire(capture).length;
  const words = await leasehold("explain", "--pcap-hex", frames);
  expect(words).toMatch(/^packet +DISCOVER from .* as udhcp/m);
  expect(words).toMatch(/^classes +busybox$/m);
  expect(words).toMatch(new RegExp(`^decision +OFFER ${lease.address} for 10m`, "m"));
  expect(words).toMatch(/^domainName +busy\.example +class busybox +asked for$/m);
  expect(words).toMatch(/^routers +10\.77\.0\.1 +subnet compute +asked for$/m);
  expect(readWire(capture)).toHaveLength(records);
});

test("what became of a client's packets is told by every node", async () => {
  const rows = (await leasehold("why", labOf().host("c1").mac)).split("\n");
  expect(rows.filter((row) => /\bn[123] +REQUEST +ACK +10\.77\./.test(row))).toHaveLength(1);
  expect(rows.filter((row) => /\bn[123] +DISCOVER +another-node-answers/.test(row)).length).toBeGreaterThan(
    0,
  );
});
