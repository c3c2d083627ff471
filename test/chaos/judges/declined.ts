// I11: an address that was declined is out of use on all nodes at once: from the event on, nobody is given it until its time
// has passed.
import { formatIpv4 } from "@leasehold/protocol";
import type { WireMessage } from "../../lab/wire.ts";
import { heldUntil, type LeaseLog } from "../lease-log.ts";
import { isGrant } from "./bindings.ts";
import type { Judge, Violation } from "./judge.ts";

export class Declined implements Judge {
  readonly name = "a declined address is out of use";
  private readonly log: LeaseLog;
  private readonly found: Violation[] = [];

  constructor(log: LeaseLog) {
    this.log = log;
  }

  see(message: WireMessage): void {
    if (!isGrant(message)) return;
    const { packet, at, client } = message;
    const blocking = this.log
      .get(packet.yiaddr)
      ?.findLast((entry) => entry.event.type === "AddressDeclined" && entry.at < at && at < heldUntil(entry));
    if (!blocking) return;
    const what = `${formatIpv4(packet.yiaddr)}, declined ${Math.round(at - blocking.at)} ms before, went to ${client}`;
    this.found.push({ invariant: "I11", at, what });
  }

  verdict(): readonly Violation[] {
    return this.found;
  }
}
