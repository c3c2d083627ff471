// The lab's own faults do what they say: a shifted clock is read by dhcpd, a full disk takes nothing, a power cut loses what
// was not fsynced and only that, and a stream whose leader dies gets another.
import { expect, test } from "vitest";
import { CLOCK_NOTICED_MS } from "../lab/clock.ts";
import { sleep, until } from "../lab/shell.ts";
import { labForTests } from "./lab-for-tests.ts";

const STREAM = "KV_dhcp-leases";
const labOf = labForTests("labfaults", { clients: 0, clocks: true, diskMegabytes: 128 });

test("dhcpd reads the clock of its host", async () => {
  const lab = labOf();
  const before = Date.now();
  lab.shiftClock("n1", 3600);
  await sleep(CLOCK_NOTICED_MS);
  await lab.stop("n1", "dhcpd");
  const [, time] = /"time":(\d+)[^\n]*"msg":"stopped"/.exec(lab.logs("n1").dhcpd!)!;
  expect(Number(time) - before).toBeGreaterThan(3600 * 1000);
  await lab.start("n1", "dhcpd");
});

test("a full disk takes nothing until it is freed", async () => {
  const lab = labOf();
  const store = `${lab.state.directory}/stores/n2`;
  const write = () =>
    lab.exec("n2", ["sh", "-c", `head -c 65536 /dev/zero >${store}/try && sync ${store}/try`]);
  await lab.fillDisk("n2");
  expect((await write()).stderr).toMatch(/no space/i);
  await lab.freeDisk("n2");
  expect((await write()).code).toBe(0);
});

test("a power cut loses what was not fsynced, and only that", async () => {
  const lab = labOf();
  const store = `${lab.state.directory}/stores/n3`;
  await lab.exec("n3", [
    "sh",
    "-c",
    `echo x >${store}/synced && sync ${store}/synced && echo x >${store}/cached`,
  ]);
  await lab.cutPower();
  expect(Object.values(lab.running()).flatMap(({ nats, dhcpd }) => [nats, dhcpd])).not.toContain(true);
  expect((await lab.exec("n3", ["ls", store])).stdout).toMatch(/synced/);
  expect((await lab.exec("n3", ["ls", store])).stdout).not.toMatch(/cached/);
  await Promise.all(lab.nodes.map(({ name }) => lab.start(name)));
});

test("the stream's leader is known, and another one follows when it dies", async () => {
  const lab = labOf();
  const leader = await until("there is a leader", 20, () => lab.leaderOf(STREAM));
  await lab.kill(leader, "nats");
  const next = await until("there is another leader", 20, async () => {
    const found = await lab.leaderOf(STREAM);
    return found !== leader && found;
  });
  expect(lab.nodes.map(({ name }) => name)).toContain(next);
  await lab.start(leader, "nats");
});
