// What a stored event must look like to be believed, whoever wrote it. By hand: a node that starts reads a million of them, and a
// schema would take longer than the rest of it.
import { INFINITE_SECONDS, parseIpv4 } from "@leasehold/protocol";

const NAME_MAX = 256;
const WHY_MAX = 4096;
/** Option 61, 60 or 82 as hex: no packet has more octets than a datagram. */
const HEX_MAX = 2 * 65_535;
/** Of 16 octets with colons. */
const MAC_MAX = 47;
const COLON = 0x3a;

type Fields = Readonly<Record<string, unknown>>;

/** Found and expected, of the first field that is wrong; undefined when none is. `known`: an address that needs no look any more. */
export function faultOfEvent(value: unknown, types: readonly string[], known?: string): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrong("the value", value, "an object");
  const event = value as Fields;
  if (event.v !== 1) return wrong("v", event.v, "1, which this version can read");
  if (typeof event.type !== "string" || !types.includes(event.type))
    return wrong("type", event.type, "one of a lease event");
  const isKnown = known !== undefined && event.address === known;
  if (!isKnown && !isAddress(event.address)) return wrong("address", event.address, "an IPv4 address");
  if (!isCount(event.network)) return wrong("network", event.network, "a revision");
  if (!isCount(event.inventory)) return wrong("inventory", event.inventory, "a revision");
  if (event.reserved !== undefined && event.reserved !== true)
    return wrong("reserved", event.reserved, "true, or nothing");
  return faultOfClearing(event.cleared) ?? faultOfFields(event);
}

function faultOfClearing(cleared: unknown): string | undefined {
  if (cleared === undefined) return undefined;
  const { by, why = "", state } = (cleared ?? {}) as Fields;
  const isRight = [by, why, state].every((text) => typeof text === "string" && text.length <= WHY_MAX);
  return isRight ? undefined : wrong("cleared", cleared, "who cleared it, why, and from what state");
}

/** Of the fields that an event and a lease have in common. */
export function faultOfFields(event: Fields): string | undefined {
  const { client, mac, subnet, host, hostname, seconds, heldSeconds, xid, node, intent, relay, trace } =
    event;
  if (!isHex(client)) return wrong("client", client, "the octets of its identity as hex");
  if (mac !== undefined && !isMac(mac)) return wrong("mac", mac, "a hardware address");
  if (!isName(subnet)) return wrong("subnet", subnet, "a name");
  if (host !== undefined && !isName(host)) return wrong("host", host, "a name");
  if (hostname !== undefined && !isName(hostname)) return wrong("hostname", hostname, "a name");
  if (!isSeconds(seconds)) return wrong("seconds", seconds, "whole seconds from 0 to 4294967295");
  if (!isSeconds(heldSeconds)) return wrong("heldSeconds", heldSeconds, "whole seconds from 0 to 4294967295");
  if (xid !== undefined && !isSeconds(xid)) return wrong("xid", xid, "32 bits");
  if (!isName(node)) return wrong("node", node, "a name");
  if (!isName(intent)) return wrong("intent", intent, "a word");
  return faultOfTraces(relay, trace);
}

function faultOfTraces(relay: unknown, trace: unknown): string | undefined {
  if (relay !== undefined) {
    const { giaddr, agent } = (relay ?? {}) as Fields;
    if (!isAddress(giaddr)) return wrong("relay.giaddr", giaddr, "an IPv4 address");
    if (agent !== undefined && !isHex(agent)) return wrong("relay.agent", agent, "octets as hex");
  }
  if (trace !== undefined) {
    if (typeof trace !== "object" || trace === null || Array.isArray(trace))
      return wrong("trace", trace, "an object");
    const { clientIdentifier, vendorClass, htype, since } = trace as Fields;
    for (const [name, hex] of Object.entries({ clientIdentifier, vendorClass }))
      if (hex !== undefined && !isHex(hex)) return wrong(`trace.${name}`, hex, "octets as hex");
    if (htype !== undefined && !(isCount(htype) && htype <= 255))
      return wrong("trace.htype", htype, "an octet");
    if (since !== undefined && !isCount(since)) return wrong("trace.since", since, "a time in ms");
  }
  return undefined;
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && parseIpv4(value) !== undefined;
}

// By character: regular expressions take five times as long, and every node reads every lease.

function isHex(value: unknown): boolean {
  if (typeof value !== "string" || value.length > HEX_MAX || value.length % 2 !== 0) return false;
  for (let at = 0; at < value.length; at++) if (!isHexDigit(value.charCodeAt(at))) return false;
  return true;
}

/** As "a4:bf:01:38:ee:65"; empty where the client has none. */
function isMac(value: unknown): boolean {
  if (value === "") return true;
  if (typeof value !== "string" || value.length > MAC_MAX || value.length % 3 !== 2) return false;
  for (let at = 0; at < value.length; at++) {
    const character = value.charCodeAt(at);
    if (at % 3 === 2 ? character !== COLON : !isHexDigit(character)) return false;
  }
  return true;
}

function isHexDigit(character: number): boolean {
  return (character >= 0x30 && character <= 0x39) || (character >= 0x61 && character <= 0x66);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= NAME_MAX;
}

function isSeconds(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= INFINITE_SECONDS;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const SHOWN_MAX = 60;

function wrong(name: string, found: unknown, expected: string): string {
  return `${name}: found ${shown(found)}, expected ${expected}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  if (typeof value === "string")
    return value.length > SHOWN_MAX
      ? `${JSON.stringify(value.slice(0, SHOWN_MAX))}… (${value.length} characters)`
      : JSON.stringify(value);
  return String(value);
}
