// DHCP messages out of what people have at hand: octets in hex, or frames as tcpdump -xx, tshark -x, hexdump -C or xxd print
// them.

export interface Captured {
  /** The DHCP message in hex, from op on. */
  readonly packet: string;
  /** Whether it was sent to all; undefined where that is not in the octets. */
  readonly isBroadcast: boolean | undefined;
}

const COOKIE = Buffer.of(0x63, 0x82, 0x53, 0x63);
const COOKIE_AT = 236; // RFC 2131 §2
const BOOTREQUEST = 1;
const UDP_HEADER = 8;
const IP_DESTINATION = 4; // Octets before the UDP header, where the IP header has no options.
const DIGITS_A_LINE = 32;

/** The first message of a client in `text`, else the first message; undefined when there is none. */
export function capturedIn(text: string): Captured | undefined {
  const frames = dumpedFrames(text) ?? [text.replace(/^\s*0x|[\s:-]/gi, "")];
  const messages = frames.flatMap((hex) => messageIn(Buffer.from(hex, "hex")) ?? []);
  return (
    messages.find(({ packet }) => Number.parseInt(packet.slice(0, 2), 16) === BOOTREQUEST) ?? messages[0]
  );
}

function messageIn(octets: Buffer): Captured | undefined {
  const cookie = octets.indexOf(COOKIE);
  if (cookie < COOKIE_AT) return undefined;
  const start = cookie - COOKIE_AT;
  const end = endOf(octets, start) ?? octets.length;
  return { packet: octets.subarray(start, end).toString("hex"), isBroadcast: broadcastOf(octets, start) };
}

/** By the length in the UDP header, as a frame may be filled up. */
function endOf(octets: Buffer, start: number): number | undefined {
  if (start < UDP_HEADER) return undefined;
  const end = start - UDP_HEADER + octets.readUInt16BE(start - 4);
  return end > start && end <= octets.length ? end : undefined;
}

function broadcastOf(octets: Buffer, start: number): boolean | undefined {
  const destination = start - UDP_HEADER - IP_DESTINATION;
  return destination < 0 ? undefined : octets.readUInt32BE(destination) === 0xffffffff;
}

/** The hex of each frame; undefined when the text is not of lines that begin with offsets. */
function dumpedFrames(text: string): readonly string[] | undefined {
  const frames: string[] = [];
  for (const line of text.split("\n")) {
    const [offset = "", ...words] = line.trim().split(/\s+/);
    if (!/^(0x)?[0-9a-f]{4,8}:?$/i.test(offset)) continue;
    const at = Number.parseInt(offset.replace(/^0x/i, ""), 16);
    if (at === 0) frames.push("");
    const frame = frames.at(-1);
    if (frame?.length !== at * 2) return undefined;
    frames[frames.length - 1] = frame + octetsOf(words);
  }
  return frames.length > 0 ? frames : undefined;
}

/** What follows sixteen octets on a line is the same in letters. */
function octetsOf(words: readonly string[]): string {
  const other = words.findIndex((word) => !/^([0-9a-f]{2})+$/i.test(word));
  return words
    .slice(0, other < 0 ? undefined : other)
    .join("")
    .slice(0, DIGITS_A_LINE);
}
