// What is on the lab's wire, in a pcap: tcpdump on the bridge, where every frame of every host passes.

import { readFileSync, rmSync } from "node:fs";
import { entering } from "./host.ts";
import { isAlive, signal, startDaemon } from "./processes.ts";
import { sleep, until } from "./shell.ts";
import { type LabState, loadPid, logOf, nodesOf, savePid } from "./state.ts";
import { LAN_BRIDGE, sendWholeDatagrams } from "./wires.ts";

const DHCP = "udp port 67 or udp port 68 or udp port 4011";

/** The one that every host is on. */
const MAIN = "br0";

/**
 * Starts a capture of a bridge, and returns when it sees packets; a running one is ended first.
 * @throws Error with tcpdump's words, as in a user namespace, where it cannot give up being root.
 */
export async function startCapture(state: LabState, filter = DHCP, bridge = MAIN): Promise<string> {
  await stopCapture(state, bridge);
  for (const node of nodesOf(state)) await sendWholeDatagrams(node, bridge === LAN_BRIDGE ? "lan0" : "eth0");
  const file = captureFile(state, bridge);
  const log = logOf(state, "sw", programOn(bridge));
  rmSync(log, { force: true });
  // Promiscuous, as a bridge shows itself only what is for it or for all; immediate, as libpcap else keeps the last second.
  const options = ["-i", bridge, "-n", "-U", "--immediate-mode", "-B", "65536", "-s", "0", "-Z", "root"];
  const argv = ["tcpdump", ...options, "-w", file, filter];
  const running = startDaemon([...entering(state.holders.sw!), ...argv], log);
  savePid(state, "sw", programOn(bridge), running);
  const words = () => readFileSync(log, "utf8");
  await until(
    `tcpdump captures (its log: ${log})`,
    10,
    async () => /listening on/.test(words()) || !isAlive(running),
    20,
  );
  if (!isAlive(running)) throw new Error(`tcpdump cannot capture here: ${words().trim()}`);
  return file;
}

/** Ends the capture with all that was seen in the file; answers with the file. */
export async function stopCapture(state: LabState, bridge = MAIN): Promise<string> {
  const running = loadPid(state, "sw", programOn(bridge));
  if (running && isAlive(running)) {
    await sleep(200); // What is on its way to tcpdump.
    signal(running, "SIGINT");
    await until("tcpdump ends", 10, async () => !isAlive(running), 20);
  }
  return captureFile(state, bridge);
}

/** How many packets it did not get from the kernel, by its own words at its end. */
export function missedBy(state: LabState, bridge = MAIN): number {
  const words = readFileSync(logOf(state, "sw", programOn(bridge)), "utf8");
  return Number(/(\d+) packets dropped by kernel/.exec(words)?.[1] ?? 0);
}

const programOn = (bridge: string) => (bridge === MAIN ? "tcpdump" : `tcpdump-${bridge}`);

const captureFile = ({ directory }: LabState, bridge: string) =>
  `${directory}/captures/${bridge === MAIN ? "bridge" : bridge}.pcap`;
