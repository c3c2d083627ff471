// Processes of the cluster that do not answer DHCP: they are heard and shown, and clients are not left to them.
import { describe, expect, test } from "vitest";
import { clusterViewOf } from "../../src/api/cluster-view.ts";
import { nodeViewOf } from "../../src/api/node-view.ts";
import type { NodeFile } from "../../src/node-file.ts";
import { beatOf, NETWORK, TestNode } from "../node.ts";
import { QUIET_LOG } from "../quiet-log.ts";
import { client, packetOf } from "../wire.ts";

const CLIENTS = 32;
const pools = [{ range: "10.0.0.10-10.0.0.99" }];
const network = { ...NETWORK, subnets: [{ ...NETWORK.subnets[0]!, pools }] };
const other = { name: "b1", address: "10.0.0.3" };

/** How many clients are offered an address by n1 when b1 is heard. */
function answered(role: string | undefined): number {
  const node = new TestNode({ network });
  const { core } = node;
  core.hear("b1", { ...beatOf(other, "serving"), ...(role !== undefined && { role }) });
  for (let n = 1; n <= CLIENTS; n++) node.receive(packetOf("DISCOVER", client(n)));
  return node.replies.length;
}

describe("a process that serves", () => {
  test.each(["boot", "syncer", "a-role-to-come"])("as %s gets no share of the clients", (role) => {
    expect(answered(role)).toBe(CLIENTS);
  });

  test("as dhcp does, and one of an earlier version, which tells no role", () => {
    const some = answered("dhcp");
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(CLIENTS);
    expect(answered(undefined)).toBe(some);
  });
});

test("the API shows them beside the nodes, with their role", () => {
  const { core } = new TestNode();
  core.hear("n2", beatOf({ name: "n2", address: "10.0.0.4" }, "serving"));
  core.hear("b1", {
    ...beatOf(other, "serving"),
    role: "boot",
    notReady: "no files",
    alarms: ["it is full"],
  });
  const links = { views: [], texts: [], opened: [] };
  const disks = { durability: "always" as const };
  const bootLog = { stored: new Map(), pending: 0 };
  const shell = { version: "0", log: QUIET_LOG, links, disks, bootLog };
  const file = { name: "n1" } as NodeFile;
  const view = clusterViewOf(nodeViewOf(core, { ...shell, file, bus: () => undefined }));
  expect(view.nodes.map(({ name, role }) => `${role} ${name}`)).toEqual(["dhcp n2"]);
  expect(view.others).toMatchObject([
    { ...{ name: "b1", role: "boot", state: "serving", notReady: "no files" }, addresses: ["10.0.0.3"] },
  ]);
  expect(view.alarms).toContain("it is full");
});
