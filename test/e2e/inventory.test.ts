// Hosts that appear, move, break and go in SMD while the cluster runs: what each node answers, as a relay hears it, and what
// happens to the leases of clients that have one. No process is restarted for any of it.
import { formatIpv4, type Mac, MessageType } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientPrograms, RunningClient } from "../lab/clients/index.ts";
import type { Lab } from "../lab/lab.ts";
import { Relay } from "../lab/relay.ts";
import { until } from "../lab/shell.ts";
import { doubleBindings, grantsOf, readWire } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";

const PROMISED_MS = 20_000;
/** Clock differences and a failover: docs/leases.md. */
const GUARD_MS = 15_000;
const nodes = ["n1", "n2", "n3"];
const labOf = labForTests("inventory", {
  clients: 4,
  network: fileHere("networks/tight-leases.yaml"),
  inventory: fileHere("inventories/four-nodes.json"),
});
let relay: Relay;
let capture: string;
let before: ReturnType<Lab["processes"]>;

beforeAll(async () => {
  before = labOf().processes();
  capture = await labOf().startCapture();
  relay = await Relay.open(labOf());
});
afterAll(() => relay?.close());

interface HostRow {
  readonly id: string;
  readonly hostname: string | null;
  readonly problems: readonly string[];
  readonly observedAt: string;
  readonly interfaces: readonly { readonly mac: string; readonly addresses: readonly string[] }[];
}

const hostsAt = (node: string) => labOf().leasehold<HostRow[]>(["hosts"], node);
const xname = (n: number) => `x1000c0s0b0n${n}`;
const poll = () => labOf().api("s1", "/api/v1/poll", { method: "POST" });

/** What each node offers a client now; undefined for silence. */
async function offers(mac: Mac, ms = 1000): Promise<(string | undefined)[]> {
  const replies = await Promise.all(nodes.map((node) => relay.discover(node, mac, ms)));
  return replies.map((reply) => reply && formatIpv4(reply.packet.yiaddr));
}

/** When a node first offered a client an address, ms since the epoch. */
async function firstOffer(
  node: string,
  mac: Mac,
  address: string,
  seconds: number,
  every = 20,
): Promise<number> {
  return until(
    `${node} offers ${mac} ${address}`,
    seconds,
    async () => {
      const reply = await relay.discover(node, mac, 200);
      return reply && formatIpv4(reply.packet.yiaddr) === address && reply.at;
    },
    every,
  );
}

async function awaitHost(id: string, fits: (host: HostRow | undefined) => boolean): Promise<void> {
  for (const node of nodes) {
    await until(`${node} knows what became of ${id}`, 15, async () => {
      const hosts = await hostsAt(node);
      return fits(hosts.find((host) => host.id === id));
    });
  }
}

test("a host added to SMD is answered with its address by all three nodes within a second of being seen", async () => {
  const mac = "02:1e:a5:55:00:05" as Mac;
  // A machine that is on already: it is offered something from the pool for unknown hosts.
  for (const address of await offers(mac)) expect(address).toMatch(/^10\.77\.(1[6-9]|2\d|3[01])\./);
  const served = Promise.all(nodes.map((node) => firstOffer(node, mac, "10.77.1.5", 10)));
  await labOf().smd("put", "--mac", mac, "--ip", "10.77.1.5", "--xname", xname(5), "--nid", "5");
  const times = await served;
  const host = (await hostsAt("n1")).find(({ id }) => id === xname(5))!;
  expect(host).toMatchObject({ hostname: "nid0005", problems: [] });
  const delays = times.map((time) => time - Date.parse(host.observedAt));
  console.log(`answered by n1, n2, n3 after ${delays.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
  expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
});

test("a row without a component is served, too", async () => {
  const mac = "02:1e:a5:55:00:06" as Mac;
  await labOf().smd("put", "--mac", mac, "--ip", "10.77.1.6");
  await Promise.all(nodes.map((node) => firstOffer(node, mac, "10.77.1.6", 10)));
});

describe("a broken row", () => {
  const mac = "02:1e:a5:0c:00:03" as Mac;

  test("is quarantined with a reason, and its host keeps what it had", async () => {
    await labOf().smd("put", "--mac", mac, "--ip", "10.0.0.300", "--xname", xname(3));
    await awaitHost(
      xname(3),
      (host) => host?.problems.some((problem) => problem.includes("10.0.0.300")) ?? false,
    );
    expect(await offers(mac)).toEqual(["10.77.1.3", "10.77.1.3", "10.77.1.3"]);
    const shown = await labOf().exec("n1", ["leasehold", "host", xname(3)]);
    expect(shown.stdout).toMatch(/10\.0\.0\.300/);
  });

  test("of a host that is new gives it no reserved address", async () => {
    const stranger = "02:1e:a5:55:00:07" as Mac;
    await labOf().smd("put", "--mac", stranger, "--ip", "10.0.0.300", "--xname", xname(7));
    await awaitHost(xname(7), (host) => (host?.problems.length ?? 0) > 0);
    for (const address of await offers(stranger)) expect(address ?? "none").not.toBe("10.0.0.300");
  });

  test("and a claim on another's address block nobody else", async () => {
    const [claimant, other] = ["02:1e:a5:55:00:08" as Mac, "02:1e:a5:55:00:09" as Mac];
    await labOf().smd("put", "--mac", claimant, "--ip", "10.77.1.4", "--xname", xname(8));
    await labOf().smd("put", "--mac", other, "--ip", "10.77.1.9", "--xname", xname(9));
    await Promise.all(nodes.map((node) => firstOffer(node, other, "10.77.1.9", 10)));
    await awaitHost(
      xname(8),
      (host) => host?.problems.some((problem) => problem.includes("10.77.1.4")) ?? false,
    );
    expect(await offers("02:1e:a5:0c:00:04" as Mac)).toEqual(["10.77.1.4", "10.77.1.4", "10.77.1.4"]);
  });

  test("that is mended is served again", async () => {
    await labOf().smd("put", "--mac", mac, "--ip", "10.77.1.33", "--xname", xname(3));
    await Promise.all(nodes.map((node) => firstOffer(node, mac, "10.77.1.33", 10)));
    await awaitHost(xname(3), (host) => host?.problems.length === 0);
  });
});

describe("an SMD that is down or answers half", () => {
  const modes = ["on", "half", "second", "kind"];

  test.each(
    modes.map((mode, i) => ({ mode, mac: `02:1e:a5:55:01:0${i}` as Mac, address: `10.77.2.${i + 1}` })),
  )("changes nothing ($mode)", async ({ mode, mac, address }) => {
    const lab = labOf();
    const failures = async () =>
      ((await lab.api("s1", "/api/v1/sources")).body as { failures: number; state: string }[])[0]!;
    const known = await Promise.all(nodes.map(hostsAt));
    const { failures: earlier } = await failures();
    await lab.smd("fail", mode);
    // What nobody can see for now: one host more.
    await lab.smd("put", "--mac", mac, "--ip", address);
    await poll();
    await until("the syncer has noticed twice", 20, async () => {
      const now = await failures();
      if (now.failures < earlier + 2) await poll();
      return now.failures >= earlier + 2 && now.state === "failing";
    });
    expect(await Promise.all(nodes.map(hostsAt))).toEqual(known);
    await lab.smd("fail", "off");
    await Promise.all(nodes.map((node) => firstOffer(node, mac, address, 15)));
  });
});

describe("a host that has a lease", () => {
  const udhcpc = clientPrograms.find(({ name }) => name === "udhcpc")!;
  const cases = [
    {
      what: "deleted",
      host: "c1",
      old: "10.77.1.1",
      after: /^10\.77\.(1[6-9]|2\d|3[01])\./,
      heir: "02:1e:a5:55:00:11",
    },
    { what: "moved", host: "c2", old: "10.77.1.2", after: /^10\.77\.1\.22$/, heir: "02:1e:a5:55:00:12" },
  ] as const;

  test.concurrent.each(cases)(
    "and is $what is told NAK at its next renewal; its address waits for what was promised",
    async ({ what, host, old, after, heir }) => {
      const lab = labOf();
      const mac = lab.host(host).mac as Mac;
      const ownWire = () => readWire(capture).filter((message) => message.client === mac);
      const client = new RunningClient(lab, host, udhcpc);
      expect(await client.lease()).toMatchObject({ address: old, seconds: 20 });

      if (what === "deleted") {
        await lab.smd("delete", "--xname", xname(1));
        // Missing once is no deletion: SMD's rediscovery deletes and inserts.
        await until("the syncer takes it for gone", 15, async () => {
          await poll();
          const hosts = await hostsAt("n1");
          return hosts.every(({ id }) => id !== xname(1));
        });
        await awaitHost(xname(1), (found) => found === undefined);
      } else {
        await lab.smd("put", "--mac", mac, "--ip", "10.77.1.22", "--xname", xname(2));
        await awaitHost(xname(2), (found) => found?.interfaces[0]?.addresses[0] === "10.77.1.22");
      }
      // Its address is somebody else's by now, as far as SMD goes.
      await lab.smd("put", "--mac", heir, "--ip", old);

      const lease = await client.renew();
      expect(lease.address).toMatch(after);
      const { NAK, DISCOVER, OFFER, REQUEST, ACK } = MessageType;
      const types = ownWire().map(({ type }) => type);
      expect(types).toContain(NAK);
      expect(types.slice(types.lastIndexOf(NAK) + 1)).toEqual([DISCOVER, OFFER, REQUEST, ACK]);

      const promised = grantsOf(ownWire()).findLast(({ address }) => formatIpv4(address) === old)!;
      const times = await Promise.all(nodes.map((node) => firstOffer(node, heir as Mac, old, 60, 300)));
      const waited = times.map((time) => time - promised.at);
      console.log(
        `${what}: ${old} was offered again after ${waited.map((ms) => (ms / 1000).toFixed(1)).join(", ")} s`,
      );
      expect(Math.min(...waited)).toBeGreaterThanOrEqual(PROMISED_MS);
      expect(Math.max(...waited)).toBeLessThan(PROMISED_MS + GUARD_MS + 5000);
      // And the heir can have it: from the node that offers it to the lease list.
      expect(formatIpv4((await relay.lease("n1", heir as Mac)).yiaddr)).toBe(old);
    },
  );
});

test("none of it restarted a process, and no address was given twice", () => {
  expect(labOf().processes()).toEqual(before);
  expect(doubleBindings(readWire(capture))).toEqual([]);
});
