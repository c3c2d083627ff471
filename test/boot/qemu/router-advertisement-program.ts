// Runs on a host of the lab: sends a router advertisement (RFC 4861 §4.2) twice a second by the interface that it is given. It says that
// there is nothing to route and nothing to ask DHCPv6. The iPXE of 2019 waits 13 s for one after its ACK.
import { Libc, linkAddress } from "@leasehold/link";

const EVERY_MS = 500;
const ICMPV6 = 58;
const ROUTER_ADVERTISEMENT = 134;

const source = Buffer.from("fe800000000000000000000000000001", "hex");
const allNodes = Buffer.from("ff020000000000000000000000000001", "hex");

function frame(): Buffer {
  // type, code, checksum, hop limit, flags, router lifetime, reachable time, retransmission timer
  const message = Buffer.from([ROUTER_ADVERTISEMENT, 0, 0, 0, 64, 0, 0, 0, ...Array(8).fill(0)]);
  const ipv6 = Buffer.from([0x60, 0, 0, 0, 0, message.length, ICMPV6, 255, ...source, ...allNodes]);
  message.writeUInt16BE(checksum(message), 2);
  return Buffer.concat([Buffer.from("333300000001021ea500fffe86dd", "hex"), ipv6, message]);
}

/** Over the pseudo-header of RFC 8200 §8.1. */
function checksum(message: Buffer): number {
  const pseudo = Buffer.concat([
    source,
    allNodes,
    Buffer.from([0, 0, 0, message.length, 0, 0, 0, ICMPV6]),
    message,
  ]);
  let sum = 0;
  for (let i = 0; i < pseudo.length; i += 2) sum += pseudo.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const libc = new Libc();
const socket = libc.packetSocket();
const to = linkAddress(libc.interfaceIndex(process.argv[2]!));
const advertisement = frame();
setInterval(() => libc.sendFrame(socket, advertisement, advertisement.length, to), EVERY_MS);
