// Boot servers on the nodes of a cluster: one tree of names by TFTP and HTTP, each machine's own script from any node, and what is left
// when nodes die.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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

test("a changed profile is in the next script of every node within a second, by the same processes", async () => {
  const before = labOf().processes();
  const text = readFileSync(fileHere("networks/boot.yaml"), "utf8");
  const changed = `${labOf().state.directory}/changed.yaml`;
  writeFileSync(changed, text.replace("by={node}", "by={node} quiet"));
  await labOf().leasehold(["apply", changed]);
  const since = performance.now();
  await Promise.all(
    nodes.map((node) =>
      until(`${node} has the new profile`, 10, async () => {
        const { body } = await httpGet(labOf(), "r1", `${urlOf(node)}/boot/ipxe?mac=${KNOWN}`);
        return body.includes(`by=${node} quiet`);
      }),
    ),
  );
  expect(performance.now() - since).toBeLessThan(1000);
  expect(labOf().processes()).toEqual(before);
});

test("a node that dies in the middle of a file: the machine fetches it from another one, where it had stopped", async () => {
  const size = 64 * 1024 * 1024;
  const image = randomBytes(size);
  writeFileSync(`${bootFolder(labOf().state)}/images/large`, image);
  const into = `${labOf().state.directory}/fetched`;
  const fetching = labOf().exec("r1", [
    ...["curl", "--silent", "--limit-rate", "20M", "--output", into, `${urlOf("n3")}/images/large`],
  ]);
  await until("it has begun", 10, async () => existsSync(into) && statSync(into).size > 1024 * 1024);
  await labOf().kill("n3", "bootd");
  expect((await fetching).code).not.toBe(0);
  const had = statSync(into).size;
  expect(had).toBeLessThan(size);
  const rest = ["curl", "--silent", "--continue-at", "-", "--output", into, `${urlOf("n1")}/images/large`];
  expect((await labOf().exec("r1", rest)).code).toBe(0);
  expect(readFileSync(into).equals(image)).toBe(true);
  await labOf().start("n3", "bootd");
});

interface ClusterView {
  readonly others: readonly { readonly name: string; readonly role: string; readonly state: string }[];
}

const bootServers = async (asked: string) => {
  const { body } = await labOf().api(asked, "/api/v1/cluster");
  return (body as ClusterView).others.filter(({ role }) => role === "boot");
};

test("the cluster lists its boot servers; when one dies the others go on, and it comes back", async () => {
  await until("n2 lists all boot servers as serving", 10, async () => {
    const all = await bootServers("n2");
    return nodes.every((node) => all.some(({ name, state }) => name === node && state === "serving"));
  });
  await labOf().kill("n1", "bootd");
  await until("n2 takes the boot server of n1 for dead", 10, async () =>
    (await bootServers("n2")).some(({ name, state }) => name === "n1" && state === "dead"),
  );
  const { body } = await httpGet(labOf(), "r1", `${urlOf("n2")}/boot/ipxe?mac=${KNOWN}`);
  expect(body).toContain(KNOWN_ID);
  await labOf().start("n1", "bootd");
  expect(await tftpGet(labOf(), "r1", addressOf("n1"), "undionly.kpxe")).toBe("a loader");
});
