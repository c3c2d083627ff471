// Who said on the lab's wire to have an address: ARP replies and announcements, as tcpdump reads them from a capture.
import type { Mac } from "@leasehold/protocol";
import type { Lab } from "../lab/lab.ts";

export interface ArpClaim {
  /** ms since the epoch. */
  readonly at: number;
  readonly mac: Mac;
  /** RFC 5227 §2.3; else it is the answer to a question. */
  readonly isAnnouncement: boolean;
}

export async function arpClaims(lab: Lab, capture: string, address: string): Promise<ArpClaim[]> {
  const { stdout } = await lab.exec("sw", ["tcpdump", "-r", capture, "-n", "-e", "-tt", "arp"]);
  return stdout.split("\n").flatMap((line) => {
    const [, seconds, mac] = /^(\d+\.\d+) (\S+) > /.exec(line) ?? [];
    const isAnnouncement = line.includes(`Request who-has ${address} tell ${address},`);
    const isReply = line.includes(`Reply ${address} is-at`);
    if (mac === undefined || !(isAnnouncement || isReply)) return [];
    return [{ at: Number(seconds) * 1000, mac: mac as Mac, isAnnouncement }];
  });
}
