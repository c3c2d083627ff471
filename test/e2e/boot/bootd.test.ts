// Boot servers on the nodes of a cluster: one tree of names by TFTP and HTTP, each machine's own script from any node, and what is left
// when nodes die.
import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { clientPrograms, RunningClient } from "../../lab/clients/index.ts";
import { bootFolder } from "../../lab/layout.ts";
import { until } from "../../lab/shell.ts";
import { fileHere, labForTests } from "../lab-for-tests.ts";
import { httpGet, tftpGet } from "./askers.ts";

const nodes = ["n1", "n2", "n3"];
const labOf = labForTests("bootd", {
  network: fileHere("networks/boot.yaml"),
  inventory: fileHere("inventories/four-nodes.json"),
});
const addressOf = (node: string) => labOf().host(node).address!;
const urlOf = (node: string) => `http://${addressOf(node)}:8069`;
const KNOWN = "02:1e:a5:0c:00:01";
const KNOWN_ID = "x1000c0s0b0n1";

beforeAll(() => {
  const folder = bootFolder(labOf().state);
  mkdirSync(`${folder}/images`);
  writeFileSync(`${folder}/images/hello.txt`, "hello\n");
  writeFileSync(`${folder}/undionly.kpxe`, "a loader");
});

describe.each(nodes)("%s", (node) => {
  test("has the same files by TFTP and HTTP", async () => {
    expect(await tftpGet(labOf(), "r1", addressOf(node), "/images/hello.txt")).toBe("hello\n");
    const { status, headers, body } = await httpGet(labOf(), "r1", `${urlOf(node)}/images/hello.txt`);
    expect({ status, body }).toEqual({ status: 200, body: "hello\n" });
    expect(headers.get("content-length")).toBe("6");
  });

  test("has the script of a machine that names itself", async () => {
    const { status, body } = await httpGet(labOf(), "r1", `${urlOf(node)}/boot/ipxe?mac=${KNOWN}`);
    expect(status).toBe(200);
    expect(body).toMatch(/^#!ipxe\n/);
    expect(body).toContain(KNOWN_ID);
    expect(body).toContain(node);
  });
});

test("a machine that does not name itself is known by its lease, whichever node it asks", async () => {
  const { mac } = labOf().host("c2");
  const udhcpc = clientPrograms.find(({ name }) => name === "udhcpc")!;
  const client = new RunningClient(labOf(), "c2", udhcpc);
  try {
    await client.lease();
    for (const node of nodes) {
      const { body } = await httpGet(labOf(), "c2", `${urlOf(node)}/boot/ipxe`);
      expect(body).toContain(mac);
    }
  } finally {
    await client.end();
  }
});

interface ClusterView {
  readonly others: readonly { readonly name: string; readonly role: string; readonly state: string }[];
}

const bootServers = async (asked: string) => {
  const { body } = await labOf().api(asked, "/api/v1/cluster");
  return (body as ClusterView).others.filter(({ role }) => role === "boot");
};

test("the cluster lists its boot servers; when one dies the others go on, and it comes back", async () => {
  expect((await bootServers("n2")).map(({ name, state }) => `${name} ${state}`)).toEqual(
    nodes.map((node) => `${node} serving`),
  );
  await labOf().kill("n1", "bootd");
  await until("n2 takes the boot server of n1 for dead", 10, async () =>
    (await bootServers("n2")).some(({ name, state }) => name === "n1" && state === "dead"),
  );
  const { body } = await httpGet(labOf(), "r1", `${urlOf("n2")}/boot/ipxe?mac=${KNOWN}`);
  expect(body).toContain(KNOWN_ID);
  await labOf().start("n1", "bootd");
  expect(await tftpGet(labOf(), "r1", addressOf("n1"), "undionly.kpxe")).toBe("a loader");
});
