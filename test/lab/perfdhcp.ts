// perfdhcp (ISC Kea's load tool) on r1, which acts as a relay, against one node.
import type { Lab } from "./lab.ts";

export interface Exchange {
  readonly sent: number;
  readonly received: number;
  readonly drops: number;
  readonly minimumMillis: number;
  readonly averageMillis: number;
  readonly maximumMillis: number;
}

export interface PerfReport {
  readonly discoverOffer: Exchange;
  readonly requestAck: Exchange;
  /** Addresses that it was given twice; it looks for them with -u. */
  readonly repeated: number;
  readonly code: number;
  readonly text: string;
}

export interface PerfOptions {
  /** DORA a second. */
  readonly rate: number;
  /** How many different clients. */
  readonly clients: number;
  readonly seconds: number;
  /** The first client's hardware address; the others follow. */
  readonly macBase?: string;
  readonly more?: readonly string[];
}

/** Runs perfdhcp against a node to its end. */
export async function perfdhcp(lab: Lab, node: string, options: PerfOptions): Promise<PerfReport> {
  const { rate, clients, seconds, macBase, more = [] } = options;
  const base = macBase ? ["-b", `mac=${macBase}`] : [];
  // -W: a reply has a second, also the last one.
  const load = ["-r", `${rate}`, "-R", `${clients}`, "-p", `${seconds}`, "-W", "1000000", "-u"];
  const argv = ["perfdhcp", "-4", "-l", "eth0", ...load, ...base, ...more];
  const timeout = (seconds + 30) * 1000;
  const { code, stdout, stderr } = await lab.exec("r1", [...argv, lab.host(node).address!], { timeout });
  const text = stdout + stderr;
  return {
    discoverOffer: exchange(text, "DISCOVER-OFFER"),
    requestAck: exchange(text, "REQUEST-ACK"),
    repeated: [...text.matchAll(/non unique addresses:\s*(\d+)/gi)].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    ),
    code,
    text,
  };
}

/** What it says at its end of one of its two exchanges. */
export function exchange(text: string, name: string): Exchange {
  const section = text.split(`Statistics for: ${name}`)[1]?.split("***")[1] ?? "";
  const number = (label: string) => Number(new RegExp(`${label}:\\s*([\\d.]+)`).exec(section)?.[1] ?? 0);
  return {
    sent: number("sent packets"),
    received: number("received packets"),
    drops: number("drops"),
    minimumMillis: number("min delay"),
    averageMillis: number("avg delay"),
    maximumMillis: number("max delay"),
  };
}
