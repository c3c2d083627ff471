// Network interfaces as a DHCP server needs them: their state, sockets for datagrams and frames, probes, addresses by netlink.
export { ConflictProbe, type ProbeAnswer } from "./conflict-probe.ts";
export { DatagramBatch } from "./datagram-batch.ts";
export type { Destination } from "./destination.ts";
export { PROBE_SIZE, writeArpAnnouncement } from "./ethernet/arp.ts";
export { Libc, linkAddress } from "./libc.ts";
export type { LinkState, LinkView, ServedInterfaces } from "./link-state.ts";
export { addAddress, removeAddress } from "./netlink.ts";
export type { ServedLink } from "./served-link.ts";
export { ServedLinks } from "./served-links.ts";
