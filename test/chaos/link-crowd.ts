// Those who only ask: on lan0, so many a second, each once and with a hardware address of its own, by what the judge of links sees who
// answers there (judges/link-service.ts). Nobody takes what is offered.
import { type Mac, parseMac } from "@leasehold/protocol";
import { firmwareOf, secsOf } from "../firmware-secs.ts";
import type { Lab } from "../lab/lab.ts";
import { discover } from "../lab/messages.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { addressOn } from "../lab/wires.ts";
import { CROWD_MACS } from "./judges/link-service.ts";

const CLIENT_PORT = 68;
const SERVER_PORT = 67;
const EVERY_MS = 100;
/** Apart from what others ask. */
const XID_BASE = 0xc4100000;

export class LinkCrowd {
  private readonly port: UdpPort;
  private readonly timer: NodeJS.Timeout;
  private asked = 0;

  private constructor(port: UdpPort) {
    this.port = port;
    this.timer = setInterval(() => this.ask(), EVERY_MS);
  }

  static async open(lab: Lab): Promise<LinkCrowd> {
    return new LinkCrowd(await UdpPort.open(lab, "r1", CLIENT_PORT, addressOn(lab.host("r1"), "lan0")));
  }

  private ask(): void {
    const number = this.asked++;
    const mac = macOf(number);
    const sender = { mac, xid: XID_BASE + number, broadcast: true, secs: secsOf(firmwareOf(number), 0, 0) };
    this.port.send(discover(sender), "255.255.255.255", SERVER_PORT);
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.port.close();
  }
}

function macOf(number: number): Mac {
  const octets = [number >> 16, number >> 8, number].map((n) => (n & 255).toString(16).padStart(2, "0"));
  return parseMac(CROWD_MACS + octets.join(":"))!;
}
