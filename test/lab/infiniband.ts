// An IPoIB client made by hand (RFC 4390), on a client host of the lab: no hardware address in chaddr, an identity in option
// 61, and answers by broadcast as long as it has no address. The wire under it is Ethernet; DHCP does not see that.
import { decode, formatIpv4, type Ipv4, type Mac, type Packet } from "@leasehold/protocol";
import type { Lab } from "./lab.ts";
import { discover, release, renew, select } from "./messages.ts";
import { UdpPort } from "./udp-port.ts";

/** RFC 4390 §2.1: htype is that of ARP for InfiniBand, hlen is 0 and chaddr is zeroed. */
const INFINIBAND = 32;
const NO_ADDRESS = "" as Mac;
const ALL = "255.255.255.255";
const SERVER_PORT = 67;

export class InfinibandClient {
  readonly identity: Uint8Array;
  private readonly lab: Lab;
  private readonly host: string;
  private readonly port: UdpPort;
  private readonly waiting = new Map<number, (packet: Packet) => void>();
  private nextXid = 0x1b000000;

  private constructor(lab: Lab, host: string, port: UdpPort, identity: Uint8Array) {
    this.lab = lab;
    this.host = host;
    this.port = port;
    this.identity = identity;
    port.onDatagram = ({ bytes }) => {
      const decoded = decode(bytes);
      if (decoded.ok) this.waiting.get(decoded.packet.xid)?.(decoded.packet);
    };
  }

  static async open(lab: Lab, host: string, identity: Uint8Array): Promise<InfinibandClient> {
    await lab.exec(host, ["ip", "route", "add", "default", "dev", "eth0"]); // To send to all without an address.
    return new InfinibandClient(lab, host, await UdpPort.open(lab, host, 68), identity);
  }

  discover(): Promise<Packet> {
    const sender = this.sender(true);
    return this.ask(sender.xid, discover(sender), ALL);
  }

  select(offer: Packet): Promise<Packet> {
    const sender = { ...this.sender(true), xid: offer.xid };
    return this.ask(sender.xid, select(sender, offer), ALL);
  }

  /** Puts the address on the interface, from where it can be asked for by unicast. */
  async use(address: Ipv4): Promise<void> {
    await this.lab.exec(this.host, ["ip", "address", "add", `${formatIpv4(address)}/16`, "dev", "eth0"]);
  }

  renew(address: Ipv4, server: Ipv4): Promise<Packet> {
    const sender = this.sender(false);
    return this.ask(sender.xid, renew(sender, address), formatIpv4(server));
  }

  release(address: Ipv4, server: Ipv4): void {
    this.port.send(release(this.sender(false), address, server), formatIpv4(server), SERVER_PORT);
  }

  close(): Promise<void> {
    return this.port.close();
  }

  private sender(broadcast: boolean) {
    return { mac: NO_ADDRESS, htype: INFINIBAND, xid: this.nextXid++, broadcast, identity: this.identity };
  }

  /** The first answer; asks again each second, as clients do. @throws Error after ten. */
  private ask(xid: number, bytes: Uint8Array, to: string): Promise<Packet> {
    return new Promise((resolve, reject) => {
      let left = 10;
      const send = () => {
        if (left-- > 0) return this.port.send(bytes, to, SERVER_PORT);
        settle();
        reject(new Error(`nobody answered the IPoIB client on ${this.host} within 10 s`));
      };
      const timer = setInterval(send, 1000);
      const settle = () => {
        clearInterval(timer);
        this.waiting.delete(xid);
      };
      this.waiting.set(xid, (packet) => {
        settle();
        resolve(packet);
      });
      send();
    });
  }
}
