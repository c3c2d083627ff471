// dnsmasq: one process, its leases in one file that it writes anew at each change.
import { Lab } from "../../lab/lab.ts";
import { must } from "../../lab/shell.ts";
import type { Contestant } from "../contestant.ts";
import { rivalEnvironment, rivalProgram } from "../rivals.ts";
import { startRival, storeOf } from "./rival.ts";

export const dnsmasq: Contestant = {
  name: "dnsmasq",
  title: "dnsmasq",
  startRate: 125,
  freshEachStep: true,
  settings: [
    "lease file on disk (as always); `no-ping` and `quiet-dhcp`, both in its favour; `dhcp-lease-max` raised to a million",
    "an empty store at each step, as it becomes slower with each lease",
  ],
  async version() {
    const said = await must([rivalProgram("dnsmasq"), "--version"], { env: rivalEnvironment() });
    return said.split("\n")[0]!.replace(/\s+Copyright.*/, "");
  },
  async start(name) {
    const lab = await Lab.empty({ name });
    const files = ["--conf-file=/dev/null", `--dhcp-leasefile=${storeOf(lab, "n1")}/leases`, "--pid-file="];
    const served = ["--interface=eth0", "--bind-interfaces", "--port=0", "--dhcp-authoritative"];
    const pool = "--dhcp-range=10.80.0.0,10.111.255.255,255.192.0.0,3600";
    const favours = ["--no-ping", "--quiet-dhcp", "--dhcp-lease-max=1000000"];
    const options = ["--keep-in-foreground", "--user=root", "--log-facility=-", "--dhcp-option=3,10.77.0.1"];
    const running = startRival(lab, "n1", ["dnsmasq", ...options, ...files, ...served, pool, ...favours]);
    return { lab, target: ["n1"], groups: { dnsmasq: [running.pid] } };
  },
};
