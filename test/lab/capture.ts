// What is on the lab's wire, in a pcap: tcpdump on the bridge, where every frame of every host passes.

import { readFileSync, rmSync } from "node:fs";
import { entering } from "./host.ts";
import { isAlive, signal, startDaemon } from "./processes.ts";
import { must, sleep, until } from "./shell.ts";
import { type LabState, loadPid, logOf, nodesOf, savePid } from "./state.ts";

const DHCP = "udp port 67 or udp port 68 or udp port 4011";

/**
 * Starts a capture, and returns when it sees packets; a running one is ended first.
 * @throws Error with tcpdump's words, as in a user namespace, where it cannot give up being root.
 */
export async function startCapture(state: LabState, filter = DHCP, bridge = "br0"): Promise<string> {
  await stopCapture(state);
  // Nodes leave the cutting of replies into datagrams to who gets them (docs/adr/0021), which is behind the bridge.
  for (const { name } of nodesOf(state))
    await must([...entering(state.holders[name]!), "ethtool", "-K", "eth0", "tx-udp-segmentation", "off"]);
  const file = captureFile(state);
  const log = logOf(state, "sw", "tcpdump");
  rmSync(log, { force: true });
  // Promiscuous, as a bridge shows itself only what is for it or for all; immediate, as libpcap else keeps the last second.
  const options = ["-i", bridge, "-n", "-U", "--immediate-mode", "-B", "65536", "-s", "0", "-Z", "root"];
  const argv = ["tcpdump", ...options, "-w", file, filter];
  const running = startDaemon([...entering(state.holders.sw!), ...argv], log);
  savePid(state, "sw", "tcpdump", running);
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
export async function stopCapture(state: LabState): Promise<string> {
  const running = loadPid(state, "sw", "tcpdump");
  if (running && isAlive(running)) {
    await sleep(200); // What is on its way to tcpdump.
    signal(running, "SIGINT");
    await until("tcpdump ends", 10, async () => !isAlive(running), 20);
  }
  return captureFile(state);
}

const captureFile = (state: LabState) => `${state.directory}/captures/bridge.pcap`;
