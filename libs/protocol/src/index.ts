// DHCPv4 on the wire (RFC 2131, 2132 and what came after them). Pure; imports nothing.

export { decodeIpxe, encodeIpxe, IpxeSubOption } from "./options/ipxe.ts";
export { machineUuids, parseUuid } from "./options/machine-uuid.ts";
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
} from "./options/option.ts";
export { OPTIONS, OptionCode } from "./options/option-table.ts";
export * from "./options/pxe.ts";
export * from "./options/relay-agent.ts";
export * from "./packet/encode.ts";
export { DECODE_FAILURES, type DecodeFailure } from "./packet/layout.ts";
export { DhcpPort, type EncodedOption, type Message, messageOf } from "./packet/message.ts";
export * from "./packet/message-type.ts";
export { decode, Packet, statedAddress, statedAddressIn, statedOctets } from "./packet/packet.ts";
export * from "./values/identifiers.ts";
export * from "./values/values.ts";
