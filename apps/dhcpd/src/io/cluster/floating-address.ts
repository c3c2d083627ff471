// The cluster's floating address on one of this machine's interfaces: carried for some seconds at a time, announced by ARP,
// and dropped (floating-identity.ts decides when).
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import {
  addAddress,
  Libc,
  linkAddress,
  PROBE_SIZE,
  removeAddress,
  writeArpAnnouncement,
} from "@leasehold/link";
import { formatIpv4, type Ipv4, parseIpv4, parseMac } from "@leasehold/protocol";
import { ADDRESS_LIFE_S, type AddressCarrier } from "../../cluster/floating-identity.ts";

/**
 * What `ip address show` names ours. Node lists an address under its label, not under the interface's name: so it is never
 * taken for an address of the node itself.
 */
export const FLOATING_LABEL = "leasehold";
const CAP_NET_ADMIN = 12n;

export class FloatingAddress implements AddressCarrier {
  private readonly interfaces: readonly string[];
  private readonly libc: Libc;
  private packetSocket: number | undefined;

  /** The served interfaces. @throws Error where koffi has no binary for this machine. */
  constructor(interfaces: readonly string[]) {
    this.interfaces = interfaces;
    this.libc = new Libc();
  }

  obstacle(address: Ipv4): string | undefined {
    if (this.interfaceOf(address) === undefined) {
      const served = this.interfaces.join(", ");
      return `none of the interfaces that it serves (${served}) is on the network of ${formatIpv4(address)}`;
    }
    return hasCapability(CAP_NET_ADMIN)
      ? undefined
      : "it lacks CAP_NET_ADMIN (AmbientCapabilities= in its unit)";
  }

  carry(address: Ipv4): void {
    const name = this.interfaceOf(address);
    if (name === undefined) throw new Error(this.obstacle(address));
    addAddress(
      { interfaceIndex: this.libc.interfaceIndex(name), address, label: FLOATING_LABEL },
      ADDRESS_LIFE_S,
    );
  }

  announce(address: Ipv4): void {
    const name = this.interfaceOf(address);
    const mac = parseMac(networkInterfaces()[name ?? ""]?.[0]?.mac ?? "");
    if (name === undefined || mac === undefined) return;
    const frame = Buffer.alloc(PROBE_SIZE);
    const length = writeArpAnnouncement(frame, mac, address);
    this.packetSocket ??= this.libc.packetSocket();
    this.libc.sendFrame(this.packetSocket, frame, length, linkAddress(this.libc.interfaceIndex(name)));
  }

  drop(address: Ipv4): void {
    for (const name of this.interfaces) {
      removeAddress({ interfaceIndex: this.libc.interfaceIndex(name), address, label: FLOATING_LABEL });
    }
  }

  close(): void {
    if (this.packetSocket !== undefined) this.libc.close(this.packetSocket);
  }

  /** The served interface with an address on the same network: elsewhere nobody would ask for it. */
  private interfaceOf(address: Ipv4): string | undefined {
    const all = networkInterfaces();
    return this.interfaces.find((name) =>
      all[name]?.some((own) => {
        const [mask, other] = [parseIpv4(own.netmask), parseIpv4(own.address)];
        return mask !== undefined && other !== undefined && ((address ^ other) & mask) === 0;
      }),
    );
  }
}

/** capabilities(7): the effective set. */
function hasCapability(bit: bigint): boolean {
  const [, hex] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return hex !== undefined && ((BigInt(`0x${hex}`) >> bit) & 1n) === 1n;
}
