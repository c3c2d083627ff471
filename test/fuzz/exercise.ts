// Does to one packet all that a server may do: decodes it, reads every field and option, and writes it again.

import {
  type DecodeFailure,
  decode,
  decodeIpxe,
  decodePxe,
  decodeRelayAgent,
  encode,
  machineUuids,
  messageOf,
  optionByCode,
  type Packet,
  payloadLimit,
} from "@leasehold/protocol";

const into = new Uint8Array(140_000);

/** Why the packet was refused, or "decoded". Throws when the codec does, or when it contradicts itself. */
export function exercise(bytes: Uint8Array): DecodeFailure | "decoded" {
  const decoded = decode(bytes);
  if (!decoded.ok) return decoded.failure;
  readEverything(decoded.packet);
  writeAgain(decoded.packet);
  return "decoded";
}

function readEverything(packet: Packet): void {
  for (const code of packet.codes()) {
    const option = optionByCode(code);
    if (packet.raw(code) === undefined) throw new Error(`option ${code} is listed and absent`);
    if (option !== undefined) packet.get(option.name);
  }
  const relay = packet.raw(82);
  if (relay !== undefined) decodeRelayAgent(relay);
  const vendor = packet.raw(43);
  if (vendor !== undefined) decodePxe(vendor);
  const ipxe = packet.raw(175);
  if (ipxe !== undefined) decodeIpxe(ipxe);
  const machine = packet.get("clientMachineIdentifier");
  if (machine !== undefined) machineUuids(machine);
}

function writeAgain(packet: Packet): void {
  const message = messageOf(packet);
  const limit = payloadLimit(packet);
  const short = encode(message, into, { maximumSize: limit });
  if (short > limit) throw new Error(`encoded ${short} octets, and ${limit} were allowed`);
  const again = decode(into.subarray(0, short));
  if (!again.ok) throw new Error(`what was encoded is refused: ${again.failure}`);
  if (again.packet.messageType !== packet.messageType) throw new Error("the message type has changed");
  const whole = decode(into.subarray(0, encode(message, into, { maximumSize: into.length })));
  if (!whole.ok) throw new Error(`what was encoded in full is refused: ${whole.failure}`);
  for (const [code, value] of message.options) {
    if (code !== 52 && !isSame(whole.packet.raw(code), value)) throw new Error(`option ${code} has changed`);
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one?.length === other.length && one.every((octet, at) => octet === other[at]);
}
