// What is stored of an address is one line of JSON that a person can read, with any NATS tool.
import { formatIpv4, type Ipv4, type Mac } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relay } from "../lab/relay.ts";
import { typescript } from "../lab/service.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";

const labOf = labForTests("record", { clients: 0, inventory: fileHere("inventories/four-nodes.json") });
let relay: Relay;
beforeAll(async () => {
  relay = await Relay.open(labOf());
});
afterAll(() => relay?.close());

async function recordOf(address: Ipv4): Promise<Record<string, unknown>> {
  const { nats } = labOf().layout();
  const words = [nats.servers.join(), nats.user, "dhcp-leases", formatIpv4(address)];
  const env = { LEASEHOLD_NATS_PASSWORD: nats.password };
  const { stdout } = await labOf().exec("n1", [...typescript("test/e2e/read-record.ts"), ...words], { env });
  // One line of plain text, nothing packed, nothing encoded.
  expect(stdout).toMatch(/^\{[\x20-\x7e]+\}$/);
  return JSON.parse(stdout) as Record<string, unknown>;
}

test("the record of a host of the inventory says what happened, to whom, where, for how long, and who decided it", async () => {
  const { yiaddr } = await relay.lease("n1", "02:1e:a5:0c:00:01" as Mac);
  const record = await recordOf(yiaddr);
  console.log(JSON.stringify(record));
  expect(record).toMatchObject({
    type: "LeaseGranted",
    v: 1,
    address: "10.77.1.1",
    client: "01021ea50c0001",
    mac: "02:1e:a5:0c:00:01",
    subnet: "compute",
    host: "x1000c0s0b0n1",
    seconds: 3600,
    heldSeconds: 7200,
    relay: { giaddr: "10.77.0.250" },
    node: "n1",
    network: expect.any(Number),
    inventory: expect.any(Number),
    intent: expect.stringMatching(/^n1-/),
  });
});

test("it changes with what happens, and `leasehold lease` says the same", async () => {
  const mac = "02:1e:a5:55:00:01" as Mac;
  const { yiaddr } = await relay.lease("n2", mac);
  expect(await recordOf(yiaddr)).toMatchObject({ type: "LeaseGranted", mac, node: "n2" });
  relay.release("n3", mac, yiaddr);
  await expect
    .poll(() => recordOf(yiaddr), { timeout: 5000 })
    .toMatchObject({ type: "LeaseReleased", mac, node: "n3", seconds: 0 });
  const { stdout } = await labOf().exec("n1", ["leasehold", "lease", formatIpv4(yiaddr)]);
  for (const [name, value] of [
    ["address", formatIpv4(yiaddr)],
    ["mac", mac],
    ["state", "released"],
    ["node", "n3"],
  ]) {
    expect(stdout).toMatch(new RegExp(`^${name} +${value}$`, "m"));
  }
});
