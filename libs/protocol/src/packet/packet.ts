// A received DHCPv4 message. Decoding locates the options and no more: fields and options are read when asked for, from
// the octets that were received.

import { type OptionCodec, type OptionName, type OptionValue, optionCodec } from "../options/option.ts";
import { OptionCode } from "../options/option-table.ts";
import { readPaddedText } from "../options/shapes/text.ts";
import { hexOf, u16, u32 } from "../values/octets.ts";
import { type Ipv4, ipv4 } from "../values/values.ts";
import {
  COOKIE_AT,
  type DecodeFailure,
  END,
  FILE_AT,
  FILE_OVERLOADED,
  isEnded,
  MAGIC_COOKIE,
  OPTIONS_AT,
  PAD,
  SNAME_AT,
  SNAME_OVERLOADED,
} from "./layout.ts";

const ABSENT = -1;
const REPEATED = -2;
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

/**
 * The offsets of all options' code octets, in the order in which they are joined: options, then file, then sname where
 * option 52 says that these hold options (RFC 3396 §5). Reads nothing outside of `bytes`.
 */
function locateOptions(bytes: Uint8Array): number[] | DecodeFailure {
  if (bytes.length < COOKIE_AT) return "too-short";
  if (bytes[0] !== 1 && bytes[0] !== 2) return "bad-op";
  if (bytes[2]! > 16) return "bad-hlen";
  if (bytes.length < OPTIONS_AT || u32(bytes, COOKIE_AT) !== MAGIC_COOKIE) return "bad-cookie";
  const offsets: number[] = [];
  if (!locateIn(bytes, OPTIONS_AT, bytes.length, offsets)) return "truncated-option";
  const overloaded = overloadOf(bytes, offsets);
  if ((overloaded & FILE_OVERLOADED) !== 0 && !locateIn(bytes, FILE_AT, COOKIE_AT, offsets)) {
    return "truncated-option";
  }
  if ((overloaded & SNAME_OVERLOADED) !== 0 && !locateIn(bytes, SNAME_AT, FILE_AT, offsets)) {
    return "truncated-option";
  }
  return offsets;
}

/**
 * Adds the options of one field. PAD may stand anywhere. A field that ends without END is taken as it is, like Kea and ISC
 * dhcpd do; one that ends inside of an option is refused, like ISC dhcpd does (Kea reads up to there): what is missing
 * could be what the client is known by.
 */
function locateIn(bytes: Uint8Array, start: number, end: number, offsets: number[]): boolean {
  let at = start;
  while (at < end) {
    const code = bytes[at]!;
    if (code === END) return true;
    if (code === PAD) {
      at++;
      continue;
    }
    if (at + 1 >= end) return false;
    const next = at + 2 + bytes[at + 1]!;
    if (next > end) return false;
    offsets.push(at);
    at = next;
  }
  return true;
}

/** The value of option 52: 1 file, 2 sname, 3 both; 0 without one, or with one that is none of these. */
function overloadOf(bytes: Uint8Array, offsets: readonly number[]): number {
  for (let index = 0; index < offsets.length; index++) {
    const at = offsets[index]!;
    // The first one is that of the options field; one inside of file or sname has no meaning.
    if (bytes[at] !== OptionCode.overload) continue;
    const value = bytes[at + 1] === 1 ? bytes[at + 2]! : 0;
    return value <= 3 ? value : 0;
  }
  return 0;
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
    return this.#overloaded(FILE_OVERLOADED) ? "" : readPaddedText(this.bytes, FILE_AT, COOKIE_AT);
  }

  /** The octets of option 82, as `raw` gives them: much is asked of it, so they are looked for once. */
  get relayAgent(): Uint8Array | undefined {
    this.#relayAgent ??= this.raw(OptionCode.relayAgentInformation);
    return this.#relayAgent;
  }

  /** Whether the options end with END, as they must (RFC 2131 §4.1). */
  get isEnded(): boolean {
    return isEnded(this.bytes, overloadOf(this.bytes, this.#offsets));
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

// What a client or a relay agent states. Firmware fills in options that it has nothing to say with, so 0.0.0.0, an option without
// octets and no option at all are one: nothing is said. Such values are read through these.

type AddressOption = Extract<OptionName, "requestedIpAddress" | "serverIdentifier" | "subnetSelection">;

/** The address of an option; undefined where it is absent, malformed or 0.0.0.0. */
export function statedAddress(packet: Packet, option: OptionCodec<AddressOption>): Ipv4 | undefined {
  return packet.read(option) || undefined;
}

/** The address in four octets, of a sub-option, say; undefined where there are none, or it is 0.0.0.0. */
export function statedAddressIn(octets: Uint8Array | undefined): Ipv4 | undefined {
  if (octets?.length !== 4) return undefined;
  return ipv4((octets[0]! << 24) | (octets[1]! << 16) | (octets[2]! << 8) | octets[3]!) || undefined;
}

/** The octets of an option; undefined where it is absent or has none. */
export function statedOctets(octets: Uint8Array | undefined): Uint8Array | undefined {
  return octets?.length === 0 ? undefined : octets;
}
