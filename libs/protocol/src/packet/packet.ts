// A received DHCPv4 message. Decoding locates the options and no more: fields and options are read when asked for, from
// the octets that were received.

import { type OptionCodec, type OptionName, type OptionValue, optionCodec } from "../options/option.ts";
import { readPaddedText } from "../options/shapes/text.ts";
import { hexOf, u16, u32 } from "../values/octets.ts";
import type { Ipv4 } from "../values/values.ts";
import type { DecodeFailure } from "./locate.ts";
import {
  FILE_AT,
  FILE_OVERLOADED,
  isEnded,
  locateOptions,
  overloadOf,
  SNAME_AT,
  SNAME_OVERLOADED,
} from "./locate.ts";

const ABSENT = -1;
const REPEATED = -2;
const RELAY_AGENT = 82;
const MESSAGE_TYPE = optionCodec("messageType");

export type Decoded =
  | { readonly ok: true; readonly packet: Packet }
  | { readonly ok: false; readonly failure: DecodeFailure };

/**
 * Reads one UDP payload. Never throws. The packet is a view of `bytes`, which must not change while it is used.
 * See `DecodeFailure` for what is refused. Tolerated: PAD anywhere, a missing END, octets after END, unknown options,
 * any htype with any hlen up to 16 (RFC 4390: InfiniBand has htype 32, hlen 0), an overload that is not 1–3 (ignored).
 */
export function decode(bytes: Uint8Array): Decoded {
  const located = locateOptions(bytes);
  return typeof located === "string"
    ? { ok: false, failure: located }
    : { ok: true, packet: new Packet(bytes, located) };
}

/** Made by `decode`. Fields have the names and units of RFC 2131 §2. */
export class Packet {
  readonly bytes: Uint8Array;
  /** Option 53. Undefined when there is none (BOOTP), or when it is not one octet (`has(53)` tells). */
  readonly messageType: number | undefined;
  /** Where the code octets of the options stand, in joining order. */
  readonly #offsets: readonly number[];
  #chaddr: Uint8Array | undefined;
  #relayAgent: Uint8Array | undefined;

  constructor(bytes: Uint8Array, offsets: readonly number[]) {
    this.bytes = bytes;
    this.#offsets = offsets;
    this.messageType = this.read(MESSAGE_TYPE);
  }

  get op(): number {
    return this.bytes[0]!;
  }
  get htype(): number {
    return this.bytes[1]!;
  }
  get hlen(): number {
    return this.bytes[2]!;
  }
  get hops(): number {
    return this.bytes[3]!;
  }
  get xid(): number {
    return u32(this.bytes, 4);
  }
  get secs(): number {
    return u16(this.bytes, 8);
  }
  get flags(): number {
    return u16(this.bytes, 10);
  }
  get ciaddr(): Ipv4 {
    return u32(this.bytes, 12) as Ipv4;
  }
  get yiaddr(): Ipv4 {
    return u32(this.bytes, 16) as Ipv4;
  }
  get siaddr(): Ipv4 {
    return u32(this.bytes, 20) as Ipv4;
  }
  get giaddr(): Ipv4 {
    return u32(this.bytes, 24) as Ipv4;
  }
  /** The first `hlen` octets of chaddr: none for IPoIB. A view. */
  get chaddr(): Uint8Array {
    this.#chaddr ??= this.bytes.subarray(28, 28 + this.bytes[2]!);
    return this.#chaddr;
  }
  /** The B bit: the client cannot receive unicast yet (RFC 2131 §4.1). */
  get broadcast(): boolean {
    return (this.bytes[10]! & 0x80) !== 0;
  }
  /** Up to the first NUL; empty when the field holds options. */
  get sname(): string {
    return this.#overloaded(SNAME_OVERLOADED) ? "" : readPaddedText(this.bytes, SNAME_AT, FILE_AT);
  }
  /** Up to the first NUL; empty when the field holds options. */
  get file(): string {
    return this.#overloaded(FILE_OVERLOADED) ? "" : readPaddedText(this.bytes, FILE_AT, 236);
  }

  /** The octets of option 82, as `raw` gives them: much is asked of it, so they are looked for once. */
  get relayAgent(): Uint8Array | undefined {
    this.#relayAgent ??= this.raw(RELAY_AGENT);
    return this.#relayAgent;
  }

  /** Whether the options end with END, as they must (RFC 2131 §4.1). */
  get isEnded(): boolean {
    return isEnded(this.bytes, this.#offsets);
  }

  has(code: number): boolean {
    return this.#find(code) !== ABSENT;
  }

  /**
   * The octets of an option: a view, or, where it stands more than once, a copy of all its parts joined in the order
   * options, file, sname (RFC 3396 §5). Undefined when it is absent.
   */
  raw(code: number): Uint8Array | undefined {
    const at = this.#find(code);
    if (at === ABSENT) return undefined;
    return at === REPEATED ? this.#join(code) : this.bytes.subarray(at + 2, at + 2 + this.bytes[at + 1]!);
  }

  /** The value of an option. Undefined when it is absent or not of its shape (a wrong length, say). */
  get<Name extends OptionName>(name: Name): OptionValue<Name> | undefined {
    const option = optionCodec(name);
    return option === undefined ? undefined : this.read(option);
  }

  /** The same without a look for the name. */
  read<Name extends OptionName>({ code, codec }: OptionCodec<Name>): OptionValue<Name> | undefined {
    const at = this.#find(code);
    if (at === ABSENT) return undefined;
    if (at === REPEATED) {
      const joined = this.#join(code);
      return codec.read(joined, 0, joined.length) as OptionValue<Name> | undefined;
    }
    const start = at + 2;
    return codec.read(this.bytes, start, start + this.bytes[at + 1]!) as OptionValue<Name> | undefined;
  }

  /** The octets of an option as lower-case hex. Undefined when it is absent. */
  hex(code: number): string | undefined {
    const at = this.#find(code);
    if (at === ABSENT) return undefined;
    return at === REPEATED
      ? hexOf(this.#join(code))
      : hexOf(this.bytes, at + 2, at + 2 + this.bytes[at + 1]!);
  }

  /** Whether one of the octets of an option is this one. */
  hasIn(code: number, octet: number): boolean {
    const at = this.#find(code);
    if (at === ABSENT) return false;
    if (at === REPEATED) return this.#join(code).includes(octet);
    const { bytes } = this;
    for (let index = at + 2; index < at + 2 + bytes[at + 1]!; index++)
      if (bytes[index] === octet) return true;
    return false;
  }

  /** The codes that are there, each once, in the order in which they first stand. */
  codes(): readonly number[] {
    const seen = new Uint8Array(256);
    const codes: number[] = [];
    for (const at of this.#offsets) {
      const code = this.bytes[at]!;
      if (seen[code] === 1) continue;
      seen[code] = 1;
      codes.push(code);
    }
    return codes;
  }

  /** The offset of the only option with this code, or ABSENT, or REPEATED. */
  #find(code: number): number {
    const { bytes } = this;
    const offsets = this.#offsets;
    let found = ABSENT;
    for (let index = 0; index < offsets.length; index++) {
      if (bytes[offsets[index]!] !== code) continue;
      if (found !== ABSENT) return REPEATED;
      found = offsets[index]!;
    }
    return found;
  }

  #join(code: number): Uint8Array {
    const { bytes } = this;
    const parts = this.#offsets.filter((at) => bytes[at] === code);
    let size = 0;
    for (const at of parts) size += bytes[at + 1]!;
    const joined = new Uint8Array(size);
    let end = 0;
    for (const at of parts) {
      for (let index = 0; index < bytes[at + 1]!; index++) joined[end + index] = bytes[at + 2 + index]!;
      end += bytes[at + 1]!;
    }
    return joined;
  }

  #overloaded(field: number): boolean {
    return (overloadOf(this.bytes, this.#offsets) & field) !== 0;
  }
}
