// What one client said and was told, as the capture on the bridge saw it.
import { formatIpv4, type Ipv4, ipv4, type Mac } from "@leasehold/protocol";
import { until } from "../lab/shell.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";

export const BROADCAST: Ipv4 = ipv4(0xffffffff);

export class ClientWire {
  private readonly capture: string;
  private readonly mac: Mac;
  private from = 0;

  constructor(capture: string, mac: Mac) {
    this.capture = capture;
    this.mac = mac;
  }

  /** Forgets what was said so far. */
  clear(): void {
    this.from = this.all().length;
  }

  /** What was said since it was cleared. */
  messages(): WireMessage[] {
    return this.all().slice(this.from);
  }

  /** The kinds of messages in the order in which each came first: a busy client may have said something twice. */
  kinds(): (number | undefined)[] {
    return [...new Set(this.messages().map(({ type }) => type))];
  }

  /** Waits for a message that fits; answers with it. */
  sees(
    what: string,
    seconds: number,
    fits: (message: WireMessage) => boolean | undefined,
  ): Promise<WireMessage> {
    return until(`${what} is on the wire`, seconds, async () => this.messages().find(fits), 200);
  }

  private all(): WireMessage[] {
    return readWire(this.capture).filter(({ client }) => client === this.mac);
  }
}

/** A message in words that a test can compare. */
export function facts({ type, source, target, packet }: WireMessage) {
  const requested = packet.get("requestedIpAddress");
  const server = packet.get("serverIdentifier");
  return {
    type,
    source: formatIpv4(source),
    target: formatIpv4(target),
    ciaddr: formatIpv4(packet.ciaddr),
    yiaddr: formatIpv4(packet.yiaddr),
    requested: requested === undefined ? undefined : formatIpv4(requested),
    server: server === undefined ? undefined : formatIpv4(server),
  };
}
