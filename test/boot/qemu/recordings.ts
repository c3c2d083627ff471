// What firmware sends, as apps/dhcpd/test/firmware-packets.json has it: compared with what it has sent now, or with LEASEHOLD_RECORD=1 written
// there. The tests of dhcpd answer these packets.
import { readFileSync, writeFileSync } from "node:fs";
import { MessageType, type Packet } from "@leasehold/protocol";
import { root } from "../../lab/layout.ts";
import type { WireMessage } from "../../lab/wire.ts";

/** Options in their order, code and octets in hex: "57 05c0". */
interface Recorded {
  readonly name: string;
  readonly flags: string;
  /** What the client itself has filled in. */
  readonly file?: string;
  readonly discover: readonly string[];
  /** Those that its REQUEST has otherwise. */
  readonly request: readonly string[];
}

const FILE = `${root}apps/dhcpd/test/firmware-packets.json`;
const BOOTREQUEST = 1;
const SERVER_PORT = 67;
const OPTIONS_AT = 240;
const PAD = 0;
const END = 255;
const CLIENT_IDENTIFIER = 61;
/** Of this exchange and no other: the address, the message's type, the server. */
const OF_THE_EXCHANGE: ReadonlySet<number> = new Set([50, 53, 54]);
/** The client identifier has the machine's hardware address: all are recorded with one. */
const RECORDED_MAC = "020000000001";

/** One after the other: each DISCOVER of the machine that was followed by a REQUEST, as long as it is unlike the one before. */
function stagesOf(wire: readonly WireMessage[]): Omit<Recorded, "name">[] {
  const sent = wire.filter(({ packet, frame }) => packet.op === BOOTREQUEST && portOf(frame) === SERVER_PORT);
  const stages = new Map<string, Omit<Recorded, "name">>();
  const seen = new Set<number>();
  for (const { packet } of sent) {
    if (packet.messageType !== MessageType.DISCOVER || seen.has(packet.xid)) continue;
    seen.add(packet.xid);
    const request = sent.find(
      (other) => other.packet.xid === packet.xid && other.packet.messageType === MessageType.REQUEST,
    );
    if (request === undefined) continue;
    const discover = optionsOf(packet);
    const stage = {
      flags: packet.flags.toString(16).padStart(4, "0"),
      ...(packet.file === "" ? {} : { file: packet.file }),
      discover,
      request: optionsOf(request.packet).filter((option) => !discover.includes(option)),
    };
    stages.set(JSON.stringify(stage), stage);
  }
  return [...stages.values()];
}

/**
 * What was sent now, and what is recorded of it: `titles` has the keys of those that send, one after the other. Written first, where
 * that is asked for.
 */
export function recordings(wire: readonly WireMessage[], titles: Readonly<Record<string, string>>) {
  const keys = Object.keys(titles);
  const stages = stagesOf(wire).map((stage, i) => [keys[i] ?? `${i}`, { name: titles[keys[i]!], ...stage }]);
  const sent = Object.fromEntries(stages) as Record<string, Recorded>;
  const all = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Recorded>;
  if (process.env.LEASEHOLD_RECORD === "1") {
    Object.assign(all, sent);
    writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
  }
  return { sent, known: Object.fromEntries(keys.map((key) => [key, all[key]])) };
}

const portOf = (frame: Buffer) => frame.readUInt16BE(14 + (frame[14]! & 15) * 4 + 2);

function optionsOf({ bytes, chaddr }: Packet): string[] {
  const options: string[] = [];
  const mac = Buffer.from(chaddr).toString("hex");
  for (let at = OPTIONS_AT; at < bytes.length && bytes[at] !== END; ) {
    const code = bytes[at]!;
    if (code === PAD) {
      at++;
      continue;
    }
    const end = at + 2 + bytes[at + 1]!;
    const value = Buffer.from(bytes.subarray(at + 2, end)).toString("hex");
    if (!OF_THE_EXCHANGE.has(code))
      options.push(`${code} ${code === CLIENT_IDENTIFIER ? value.replace(mac, RECORDED_MAC) : value}`);
    at = end;
  }
  return options;
}
