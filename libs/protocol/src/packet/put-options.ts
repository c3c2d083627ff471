// Puts options into a message: all in order where they fit, else by a plan that overloads file and sname.

import { OptionCode } from "../options/option-table.ts";
import {
  COOKIE_AT,
  END,
  FILE_AT,
  FILE_OVERLOADED,
  OPTIONS_AT,
  PAD,
  SNAME_AT,
  SNAME_OVERLOADED,
} from "./layout.ts";
import type { EncodedOption } from "./message.ts";

const RELAY_AGENT = OptionCode.relayAgentInformation;
/**
 * Placed before all others, in this order: without them a reply is void, or breaks RFC 2131 table 3, 3046, 6842, 4039 (80),
 * 3011 (118), 6607 (221), 8925 (108), 2563 (116) or 3118 (90); and an address without its mask is of no use.
 */
const PLACED_FIRST: readonly number[] = [
  OptionCode.messageType,
  OptionCode.serverIdentifier,
  OptionCode.ipAddressLeaseTime,
  RELAY_AGENT,
  OptionCode.clientIdentifier,
  OptionCode.rapidCommit,
  OptionCode.subnetSelection,
  OptionCode.virtualSubnetSelection,
  OptionCode.ipv6OnlyPreferred,
  OptionCode.autoConfigure,
  OptionCode.authentication,
  OptionCode.subnetMask,
];
/** What reads these joins their parts (RFC 3361, 3397, 3442, 3925); of other options some clients take one part for the whole. */
const JOINED_BY_ALL: ReadonlySet<number> = new Set([
  OptionCode.domainSearch,
  OptionCode.sipServers,
  OptionCode.classlessStaticRoutes,
  OptionCode.vendorIdentifyingVendorClass,
  OptionCode.vendorIdentifyingVendorOptions,
  OptionCode.microsoftClasslessStaticRoutes,
]);
const LENGTH_MAX = 255;
const OVERLOAD_SIZE = 3;

/** The octets that an option takes: two more for each 255 (RFC 3396 §6), and two when it is empty. */
function optionSize(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
}

/** PAD and END are framing, and option 52 is the encoder's own. */
function isOption(code: number): boolean {
  return code !== PAD && code !== END && code !== OptionCode.overload;
}

export interface Room {
  /** No more octets of the message than these may be used. */
  readonly limit: number;
  /** Which of the fields file and sname may be overloaded (the bits of option 52). */
  readonly free: number;
  readonly onOmitted: ((code: number) => void) | undefined;
}

/** Puts the options into the message in `into`, and returns where it ends. */
export function putOptions(options: readonly EncodedOption[], into: Uint8Array, room: Room): number {
  let size = OPTIONS_AT + 1;
  for (let index = 0; index < options.length; index++) size += optionSize(options[index]![1]);
  return size <= room.limit ? putAll(options, into) : putPlanned(options, into, room);
}

function putAll(options: readonly EncodedOption[], into: Uint8Array): number {
  let at = OPTIONS_AT;
  let relayed = false;
  for (let index = 0; index < options.length; index++) {
    const code = options[index]![0];
    if (code === RELAY_AGENT) relayed = true;
    else if (isOption(code)) at = putOption(into, at, code, options[index]![1]);
  }
  if (relayed) {
    for (let index = 0; index < options.length; index++) {
      const option = options[index]!;
      if (option[0] === RELAY_AGENT) at = putOption(into, at, RELAY_AGENT, option[1]);
    }
  }
  into[at] = END;
  return at + 1;
}

function putOption(into: Uint8Array, at: number, code: number, value: Uint8Array): number {
  let from = 0;
  do {
    const size = Math.min(255, value.length - from);
    into[at] = code;
    into[at + 1] = size;
    // A loop beats `set` for the few octets that most options have.
    if (size > 32) into.set(value.subarray(from, from + size), at + 2);
    else for (let index = 0; index < size; index++) into[at + 2 + index] = value[from + index]!;
    at += 2 + size;
    from += size;
  } while (from < value.length);
  return at;
}

/** A field that options go into: `room` is what is left without its END. */
interface Field {
  readonly at: number;
  readonly end: number;
  readonly bit: number;
  room: number;
  readonly options: EncodedOption[];
}

function field(at: number, end: number, bit: number): Field {
  return { at, end, bit, room: end - at - 1, options: [] };
}

function putPlanned(
  options: readonly EncodedOption[],
  into: Uint8Array,
  { limit, free, onOmitted }: Room,
): number {
  const main = field(OPTIONS_AT, limit, 0);
  const spare = [
    field(FILE_AT, COOKIE_AT, FILE_OVERLOADED),
    field(SNAME_AT, FILE_AT, SNAME_OVERLOADED),
  ].filter(({ bit }) => (free & bit) !== 0);
  // Without room for option 52 itself there is no overloading.
  if (spare.length > 0 && main.room >= OVERLOAD_SIZE) main.room -= OVERLOAD_SIZE;
  else spare.length = 0;
  for (const code of plan(options, main, spare)) onOmitted?.(code);
  const overloaded = spare.filter((one) => one.options.length > 0);
  // What they leave of file and sname is PAD already.
  for (const one of overloaded) putList(one.options, into, one.at);
  const value = overloaded.reduce((bits, one) => bits | one.bit, 0);
  const own: readonly EncodedOption[] = value === 0 ? [] : [[OptionCode.overload, Uint8Array.of(value)]];
  const relay = main.options.filter(([code]) => code === RELAY_AGENT);
  const others = main.options.filter(([code]) => code !== RELAY_AGENT);
  return putList([...others, ...own, ...relay], into, main.at);
}

/**
 * Gives each option a field with room for it, in order of wish, and in each field in the order given; then those that fit into
 * no field the room that is left in all of them. Returns the codes of those that are left out.
 */
function plan(options: readonly EncodedOption[], main: Field, spare: readonly Field[]): readonly number[] {
  const fieldOf = new Map<EncodedOption, Field>();
  const byWish = [
    ...PLACED_FIRST.flatMap((wanted) => options.filter(([code]) => code === wanted)),
    ...options.filter(([code]) => isOption(code) && !PLACED_FIRST.includes(code)),
  ];
  const tooLong: EncodedOption[] = [];
  for (const option of byWish) {
    const size = optionSize(option[1]);
    const fields = option[0] === RELAY_AGENT ? [main] : [main, ...spare];
    const found = fields.find(({ room }) => room >= size);
    if (found === undefined) {
      tooLong.push(option);
      continue;
    }
    found.room -= size;
    fieldOf.set(option, found);
  }
  for (const option of options) fieldOf.get(option)?.options.push(option);
  return tooLong.filter((option) => !split(option, [main, ...spare])).map(([code]) => code);
}

/** RFC 3396 §5, §6: the parts are joined in the order options, file, sname. False when it must not or cannot be split. */
function split([code, value]: EncodedOption, fields: readonly Field[]): boolean {
  if (code === RELAY_AGENT || (value.length <= LENGTH_MAX && !JOINED_BY_ALL.has(code))) return false;
  if (fields.reduce((sum, { room }) => sum + valueRoom(room), 0) < value.length) return false;
  let from = 0;
  for (const one of fields) {
    const part = value.subarray(from, from + valueRoom(one.room));
    if (part.length === 0) continue;
    one.options.push([code, part]);
    one.room -= optionSize(part);
    from += part.length;
  }
  return true;
}

/** How many octets of a value go into `room`, with a code and a length for each 255 of them. */
function valueRoom(room: number): number {
  const rest = room % (LENGTH_MAX + 2);
  return Math.floor(room / (LENGTH_MAX + 2)) * LENGTH_MAX + Math.max(0, rest - 2);
}

function putList(options: readonly EncodedOption[], into: Uint8Array, start: number): number {
  let at = start;
  for (const [code, value] of options) at = putOption(into, at, code, value);
  into[at] = END;
  return at + 1;
}
