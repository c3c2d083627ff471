// Domain names in DNS wire form (RFC 1035 §3.1): labels, each behind its length, ended by the empty one.

import { DomainWriter, readDomain } from "./domain-wire.ts";
import { joinAll, listed, type Shape } from "./shape.ts";

/** Names as text: "a.example", "." for the root; a dot inside of a label is "\.", other odd octets are "\DDD". */
function namesShape(compressed: boolean): Shape<readonly string[]> {
  return {
    expected: "a list of domain names",
    read: readNames,
    write(value) {
      const names = listed(value);
      if (names.length === 0) return undefined;
      const writer = new DomainWriter(compressed);
      return names.every((name) => typeof name === "string" && writer.add(name)) ? writer.bytes() : undefined;
    },
  };
}

function readNames(bytes: Uint8Array, start: number, end: number): readonly string[] | undefined {
  const names: string[] = [];
  let at = start;
  let room = 0xffff; // What the option could have held uncompressed: pointers cannot make more than that.
  while (at < end) {
    const name = readDomain(bytes, start, at, end);
    if (name === undefined || !name.complete) return undefined;
    room -= name.text.length + 1;
    if (room < 0) return undefined;
    names.push(name.text);
    at = name.next;
  }
  return names.length > 0 ? names : undefined;
}

/** The search list, compressed on writing (RFC 3397 §2). Pointers count from the start of the joined option. */
export const searchList: Shape<readonly string[]> = namesShape(true);
/** Names without compression on writing, as RFC 3361 §3.1, RFC 5678 §3 and RFC 6731 §4.3 want; read like any other. */
export const domains: Shape<readonly string[]> = namesShape(false);

/** Exactly one name. */
export const domain: Shape<string> = {
  expected: "a domain name",
  read(bytes, start, end) {
    const names = readNames(bytes, start, end);
    return names?.length === 1 ? names[0] : undefined;
  },
  write: (value) => (typeof value === "string" ? domains.write(value) : undefined),
};

/** A name that lacks its last, empty label is partial: the server may complete it (RFC 4702 §2.3). */
export interface PartialDomain {
  readonly text: string;
  readonly complete: boolean;
}

export function readPartialDomain(bytes: Uint8Array, start: number, end: number): PartialDomain | undefined {
  if (start === end) return { text: "", complete: false };
  const name = readDomain(bytes, start, start, end);
  return name?.next === end ? { text: name.text, complete: name.complete } : undefined;
}

export function writePartialDomain(name: PartialDomain): Uint8Array | undefined {
  if (name.text === "") return name.complete ? undefined : new Uint8Array(0);
  const writer = new DomainWriter(false);
  if (!writer.add(name.text)) return undefined;
  const whole = writer.bytes();
  return name.complete ? whole : joinAll([whole.subarray(0, whole.length - 1)]);
}
