// What is told of a machine's boot, by real clients that play its stages: a DHCP client with the vendor class of firmware, TFTP and HTTP clients.
import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { bootDoor, bootFolder } from "../../lab/layout.ts";
import { until } from "../../lab/shell.ts";
import { fileHere, labForTests } from "../lab-for-tests.ts";
import { httpGet, tftpGet } from "./askers.ts";

const labOf = labForTests("bootwhy", {
  network: fileHere("networks/boot.yaml"),
  inventory: fileHere("inventories/four-nodes.json"),
});
const addressOf = (node: string) => labOf().host(node).address!;
const HOST = "x1000c0s0b0n1";

beforeAll(() => {
  const folder = bootFolder(labOf().state);
  mkdirSync(`${folder}/images`);
  writeFileSync(`${folder}/images/vmlinuz`, "a kernel");
  writeFileSync(`${folder}/undionly.kpxe`, "a loader");
});

/** A DISCOVER and a REQUEST as firmware and loaders send them; the address is set by hand, as udhcpc's own script may be missing. */
async function leaseAs(architecture: string, ...more: readonly string[]): Promise<void> {
  const vendorClass = `PXEClient:Arch:${architecture}:UNDI:002001`;
  const hex = Number(architecture).toString(16).padStart(4, "0");
  const asFirmware = ["-V", vendorClass, "-x", `0x5d:${hex}`, ...more];
  const argv = [
    "busybox",
    "udhcpc",
    "-i",
    "eth0",
    "-f",
    "-q",
    "-n",
    "-t",
    "10",
    "-T",
    "1",
    "-s",
    "/bin/true",
  ];
  const { code, stdout, stderr } = await labOf().exec("c1", [...argv, ...asFirmware]);
  expect(code, stderr).toBe(0);
  const address = /lease of (\S+) obtained/.exec(stdout + stderr)?.[1];
  await labOf().exec("c1", ["ip", "address", "replace", `${address}/16`, "dev", "eth0"]);
}

interface SeenMachine {
  readonly mac: string;
  readonly lastBoot: { readonly events: number; readonly stopped: string; readonly likely: string } | null;
  readonly events: readonly { readonly words: string }[];
}

const boot = (what: "why" | "log", who = HOST) => labOf().leasehold<SeenMachine[]>(["boot", what, who]);

/** The last boot as lines: its events, where it stopped, what to look at. */
async function why(who?: string): Promise<string> {
  const [machine] = await boot("why", who);
  if (machine?.lastBoot == null) return "nothing";
  const { events, stopped, likely } = machine.lastBoot;
  return [...machine.events.slice(-events).map(({ words }) => words), stopped, likely].join("\n");
}

async function whySays(words: RegExp, who?: string): Promise<string> {
  let said = "";
  await until(`boot why says ${words}`, 10, async () => {
    said = await why(who);
    return words.test(said);
  });
  return said;
}

test("nothing was seen of a machine that has not booted", async () => {
  expect(await why()).toBe("nothing");
});

test("after the ACK alone: which loader it was given, by whom, and that nothing asked for it", async () => {
  await leaseAs("00000");
  const said = await whySays(/never asked a boot server for it/);
  expect(said).toMatch(/n[123]: OFFER as PXE \(i386\): undionly\.kpxe of 10\.77\.0\.1[123]/);
  expect(said).toMatch(/UDP port 69 of 10\.77\.0\.1[123]/);
});

test("a file that is not there, and one that is", async () => {
  expect(await tftpGet(labOf(), "c1", addressOf("n2"), "grub/nothing.cfg")).toBeUndefined();
  await whySays(/It asked n2 for grub\/nothing\.cfg by tftp: not found/);
  expect(await tftpGet(labOf(), "c1", addressOf("n2"), "undionly.kpxe")).toBe("a loader");
  await whySays(/It got undionly\.kpxe from n2 by tftp, all 8 octets; nothing followed/);
});

test("script and kernel from two nodes, and after that node has died; by host, hardware address and address", async () => {
  await leaseAs("00000", "-x", "0x4d:69505845");
  await httpGet(labOf(), "c1", `http://${addressOf("n1")}:8069/boot/ipxe`);
  await whySays(/It got its script, of profile compute, from n1/);
  await httpGet(labOf(), "c1", `http://${addressOf("n3")}:8069/images/vmlinuz`);
  await whySays(/The last that it fetched was \/images\/vmlinuz, from n3/);
  await labOf().kill("n3", "bootd");
  const { mac } = labOf().host("c1");
  for (const who of [HOST, mac, "10.77.1.1"]) {
    const said = await whySays(/all is well/, who);
    expect(said).toMatch(
      /OFFER as PXE.*[\s\S]*ACK as iPXE[\s\S]*n1: \/boot\/ipxe[\s\S]*n3: \/images\/vmlinuz/,
    );
  }
  await labOf().start("n3", "bootd");
});

test("a person who reads the script of a machine is no stage of its boot", async () => {
  const log = async () => (await boot("log"))[0]!.events.length;
  const before = await log();
  await httpGet(labOf(), "r1", `http://${addressOf("n1")}:8069/boot/ipxe?mac=${labOf().host("c1").mac}`);
  await httpGet(labOf(), "c1", `http://${addressOf("n1")}:8069/images/vmlinuz`);
  await until("the kernel is in the log", 10, async () => (await log()) > before);
  expect(await log()).toBe(before + 1);
});

test("an architecture for which the document has no loader", async () => {
  await leaseAs("00011");
  await whySays(/answered its PXE request without anything to load: .*\n.*leasehold explain/);
});

test("metrics count by stage, outcome and processor", async () => {
  const { body } = await labOf().api(bootDoor(labOf().host("n2")), "/metrics");
  expect(String(body)).toMatch(
    /leasehold_boot_stages_total\{stage="file",outcome="notFound",arch="unknown"\} [1-9]/,
  );
  expect(String(body)).toMatch(/leasehold_boot_events_total\{outcome="stored"\} [1-9]/);
});
