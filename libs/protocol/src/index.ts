// DHCPv4 on the wire (RFC 2131, 2132 and what came after them). Pure; imports nothing.

export * from "./encode.ts";
export * from "./identifiers.ts";
export { decodeIpxe, encodeIpxe, IpxeSubOption } from "./ipxe.ts";
export { DECODE_FAILURES, type DecodeFailure } from "./locate.ts";
export { machineUuids, parseUuid } from "./machine-uuid.ts";
export { type EncodedOption, type Message, messageOf } from "./message.ts";
export * from "./message-type.ts";
export {
  decodeOption,
  encodeOption,
  type OptionDefinition,
  OptionError,
  type OptionInput,
  type OptionName,
  optionByCode,
  optionByName,
  optionCodec,
} from "./option.ts";
export { OPTIONS } from "./option-table.ts";
export { decode, Packet } from "./packet.ts";
export * from "./pxe.ts";
export * from "./relay-agent.ts";

export { statedAddress, statedAddressIn, statedOctets } from "./stated.ts";
export * from "./values.ts";
