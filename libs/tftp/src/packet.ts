// TFTP on the wire (RFC 1350 §5, RFC 2347). Pure; decoding never throws.
//
//   RRQ, WRQ | 1, 2 | file 0 | mode 0 | option 0 | value 0 | …
//   DATA     | 3    | block # | up to `blksize` octets
//   ACK      | 4    | block #
//   ERROR    | 5    | code    | message 0
//   OACK     | 6    | option 0 | value 0 | …

const Opcode = { RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6 } as const;

/** RFC 1350 appendix, RFC 2347. */
export const ErrorCode = {
  NOT_DEFINED: 0,
  FILE_NOT_FOUND: 1,
  ACCESS_VIOLATION: 2,
  ILLEGAL_OPERATION: 4,
  UNKNOWN_TRANSFER_ID: 5,
} as const;

/** Name and value as they are on the wire: names are compared without regard to case. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

export interface ReadRequest {
  readonly kind: "rrq" | "wrq";
  readonly file: string;
  readonly mode: string;
  readonly options: readonly Option[];
}

export type Packet =
  | ReadRequest
  | { readonly kind: "data"; readonly block: number; readonly data: Uint8Array }
  | { readonly kind: "ack"; readonly block: number }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  | { readonly kind: "oack"; readonly options: readonly Option[] };

export type DecodeFailure = "tooShort" | "unknownOpcode" | "unterminated" | "notUtf8";

const HEADER_SIZE = 4;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

export function decode(bytes: Uint8Array): Packet | DecodeFailure {
  if (bytes.length < 2) return "tooShort";
  const opcode = (bytes[0]! << 8) | bytes[1]!;
  switch (opcode) {
    case Opcode.RRQ:
    case Opcode.WRQ:
      return decodeRequest(opcode === Opcode.RRQ ? "rrq" : "wrq", bytes);
    case Opcode.OACK: {
      const words = wordsOf(bytes, 2);
      return typeof words === "string" ? words : { kind: "oack", options: optionsOf(words) };
    }
    case Opcode.DATA:
    case Opcode.ACK:
    case Opcode.ERROR:
      return bytes.length < HEADER_SIZE ? "tooShort" : decodeNumbered(opcode, bytes);
    default:
      return "unknownOpcode";
  }
}

function decodeNumbered(opcode: 3 | 4 | 5, bytes: Uint8Array): Packet {
  const number = (bytes[2]! << 8) | bytes[3]!;
  switch (opcode) {
    case Opcode.DATA:
      return { kind: "data", block: number, data: bytes.subarray(HEADER_SIZE) };
    case Opcode.ACK:
      return { kind: "ack", block: number };
    case Opcode.ERROR:
      return { kind: "error", code: number, message: messageOf(bytes) };
    default:
      return opcode satisfies never;
  }
}

/** What is said with an error is for people: what is no UTF-8 is shown as it can be, and the NUL may be missing. */
function messageOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0, HEADER_SIZE);
  return lossy.decode(bytes.subarray(HEADER_SIZE, end < 0 ? bytes.length : end));
}

function decodeRequest(kind: "rrq" | "wrq", bytes: Uint8Array): Packet | DecodeFailure {
  const words = wordsOf(bytes, 2);
  if (typeof words === "string") return words;
  const [file, mode, ...rest] = words;
  if (file === undefined || mode === undefined) return "unterminated";
  return { kind, file, mode, options: optionsOf(rest) };
}

/** What is behind the last NUL is padding of a client's buffer, and is ignored. */
function wordsOf(bytes: Uint8Array, start: number): string[] | DecodeFailure {
  const words: string[] = [];
  for (let at = start, end = bytes.indexOf(0, at); end >= 0; end = bytes.indexOf(0, at)) {
    try {
      words.push(utf8.decode(bytes.subarray(at, end)));
    } catch {
      return "notUtf8";
    }
    at = end + 1;
  }
  return words;
}

/** An option without a value, or without a name, is none. */
function optionsOf(words: readonly string[]): Option[] {
  const options: Option[] = [];
  for (let at = 0; at + 1 < words.length; at += 2)
    if (words[at] !== "") options.push({ name: words[at]!, value: words[at + 1]! });
  return options;
}

/** Block numbers are written modulo 65536: after 65535 comes 0. Words may not contain NUL. */
export function encode(packet: Packet): Uint8Array {
  switch (packet.kind) {
    case "rrq":
    case "wrq":
      return texts(packet.kind === "rrq" ? Opcode.RRQ : Opcode.WRQ, [
        packet.file,
        packet.mode,
        ...pairs(packet.options),
      ]);
    case "data":
      return numbered(Opcode.DATA, packet.block, packet.data);
    case "ack":
      return numbered(Opcode.ACK, packet.block);
    case "error":
      return numbered(Opcode.ERROR, packet.code, encoder.encode(`${packet.message}\0`));
    case "oack":
      return texts(Opcode.OACK, pairs(packet.options));
    default:
      return packet satisfies never;
  }
}

/** What stands before the octets of a block, for who sends both without copying. */
export const dataHeader = (block: number): Uint8Array => numbered(Opcode.DATA, block);

const NOTHING = new Uint8Array();

function numbered(opcode: number, number: number, rest: Uint8Array = NOTHING): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE + rest.length);
  bytes[1] = opcode;
  bytes[2] = (number >>> 8) & 0xff;
  bytes[3] = number & 0xff;
  bytes.set(rest, HEADER_SIZE);
  return bytes;
}

const pairs = (options: readonly Option[]): string[] => options.flatMap(({ name, value }) => [name, value]);

function texts(opcode: number, words: readonly string[]): Uint8Array {
  const text = encoder.encode(words.map((word) => `${word}\0`).join(""));
  const bytes = new Uint8Array(2 + text.length);
  bytes[1] = opcode;
  bytes.set(text, 2);
  return bytes;
}
