// The machine's interfaces and addresses, and when they change: read from the kernel by rtnetlink(7) in this process, without
// a right that a process does not have anyway. Where koffi has no binary for this machine, as Node tells them.
import { networkInterfaces } from "node:os";
import { type Ipv4, parseIpv4, parseMac } from "@leasehold/protocol";
import koffi from "koffi";
import { SystemCallError } from "./libc.ts";
import type { InterfaceFacts } from "./link-state.ts";
import { dumpRequest, type KernelWord, kernelWords, RTM_GETADDR, RTM_GETLINK } from "./rtnetlink.ts";

const AF_NETLINK = 16;
const SOCK_RAW_NOW = 3 | 0o4000 | 0o2000000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RECEIVE_MAX = 128 * 1024;
/** So many are read at a time: the rest of a flood comes with the next look. */
const WORDS_A_LOOK = 256;
const DATAGRAMS_A_DUMP = 4096;
const EAGAIN = 11;

function load() {
  const libc = koffi.load(null);
  return {
    socket: libc.func("int socket(int, int, int)"),
    bind: libc.func("int bind(int, void *, uint)"),
    send: libc.func("long send(int, void *, size_t, int)"),
    recv: libc.func("long recv(int, void *, size_t, int)"),
    close: libc.func("int close(int)"),
  };
}

export class MachineInterfaces {
  private readonly libc = tried(load);
  private readonly served: ReadonlySet<string>;
  /** An address with this label is not the machine's own, but the cluster's. */
  private readonly labelOfOthers: string;
  private readonly buffer = Buffer.alloc(RECEIVE_MAX);
  private indices: ReadonlySet<number> = new Set();
  private fd: number | undefined;

  constructor(served: readonly string[], labelOfOthers: string) {
    this.served = new Set(served);
    this.labelOfOthers = labelOfOthers;
    this.fd = this.libc && tried(() => this.open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR));
  }

  /** Whether changes are told; else somebody has to look every second. */
  get isTold(): boolean {
    return this.fd !== undefined;
  }

  /** Whether something was told about a served interface since the last time. Costs one system call when nothing was. */
  hasChanged(): boolean {
    if (this.fd === undefined) return false;
    let isConcerned = false;
    for (let count = 0; count < WORDS_A_LOOK; count++) {
      const length = Number(this.libc!.recv(this.fd, this.buffer, this.buffer.length, 0));
      // ENOBUFS: more came than the kernel keeps; what it was is not known, so all may have changed.
      if (length < 0) return isConcerned || koffi.errno() !== EAGAIN;
      for (const word of kernelWords(this.buffer.subarray(0, length))) isConcerned ||= this.concerns(word);
    }
    return isConcerned;
  }

  private concerns(word: KernelWord): boolean {
    if (word.kind === "link") return this.served.has(word.name) || this.indices.has(word.index);
    return word.kind === "address" && this.indices.has(word.index);
  }

  /** All interfaces by name. @throws SystemCallError where the kernel does not answer. */
  read(): ReadonlyMap<string, InterfaceFacts> {
    const found = this.libc === undefined ? this.readByNode() : this.readByNetlink();
    const indices = [...found].flatMap(([name, { index }]) => (this.served.has(name) ? [index] : []));
    this.indices = new Set(indices);
    return found;
  }

  close(): void {
    if (this.fd !== undefined) this.libc!.close(this.fd);
    this.fd = undefined;
  }

  private readByNetlink(): ReadonlyMap<string, InterfaceFacts> {
    const fd = this.open(0);
    try {
      const addresses = new Map<number, Ipv4[]>();
      const links = this.dump(fd, RTM_GETLINK);
      for (const word of this.dump(fd, RTM_GETADDR)) {
        if (word.kind !== "address" || word.label === this.labelOfOthers) continue;
        addresses.set(word.index, [...(addresses.get(word.index) ?? []), word.address]);
      }
      const facts = links.flatMap((word): [string, InterfaceFacts][] => {
        if (word.kind !== "link") return [];
        const { index, isUp, hasCarrier, mac, mtu } = word;
        return [[word.name, { index, isUp, hasCarrier, mac, mtu, addresses: addresses.get(index) ?? [] }]];
      });
      return new Map(facts);
    } finally {
      this.libc!.close(fd);
    }
  }

  private dump(fd: number, what: typeof RTM_GETLINK | typeof RTM_GETADDR): KernelWord[] {
    const request = dumpRequest(what);
    if (Number(this.libc!.send(fd, request, request.length, 0)) < 0)
      throw new SystemCallError("send(AF_NETLINK)", koffi.errno());
    const words: KernelWord[] = [];
    for (let count = 0; count < DATAGRAMS_A_DUMP; count++) {
      const length = Number(this.libc!.recv(fd, this.buffer, this.buffer.length, 0));
      if (length < 0) throw new SystemCallError("recv(AF_NETLINK)", koffi.errno());
      for (const word of kernelWords(this.buffer.subarray(0, length))) {
        if (word.kind === "done") return words;
        if (word.kind === "error") throw new SystemCallError("NETLINK_ROUTE", word.errno);
        words.push(word);
      }
    }
    return words;
  }

  private open(groups: number): number {
    const libc = this.libc!;
    const fd = libc.socket(AF_NETLINK, SOCK_RAW_NOW, NETLINK_ROUTE) as number;
    if (fd < 0) throw new SystemCallError("socket(AF_NETLINK)", koffi.errno());
    const address = Buffer.alloc(12); // struct sockaddr_nl
    address.writeUInt16LE(AF_NETLINK, 0);
    address.writeUInt32LE(groups, 8);
    if (libc.bind(fd, address, address.length) >= 0) return fd;
    const error = new SystemCallError("bind(AF_NETLINK)", koffi.errno());
    libc.close(fd);
    throw error;
  }

  /** Node lists what is up and has an address; by the label of an address, which is mostly the interface's name. */
  private readByNode(): ReadonlyMap<string, InterfaceFacts> {
    return new Map(
      Object.entries(networkInterfaces()).map(([name, entries = []]) => {
        const addresses = entries.flatMap(({ family, address }) =>
          family === "IPv4" ? [parseIpv4(address)!] : [],
        );
        const mac = parseMac(entries[0]?.mac ?? "");
        return [name, { index: 0, isUp: true, hasCarrier: true, mac, mtu: 0, addresses }];
      }),
    );
  }
}

function tried<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
