// The kinds of DHCP message: the values of option 53 (IANA "DHCP Message Type 53 Values").

export const MessageType = {
  DISCOVER: 1, // RFC 2132 §9.6, up to INFORM
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
  FORCERENEW: 9, // RFC 3203 §4
  LEASEQUERY: 10, // RFC 4388 §6.1
  LEASEUNASSIGNED: 11,
  LEASEUNKNOWN: 12,
  LEASEACTIVE: 13,
  BULKLEASEQUERY: 14, // RFC 6926 §6.2.1
  LEASEQUERYDONE: 15,
  ACTIVELEASEQUERY: 16, // RFC 7724 §5.2.1
  LEASEQUERYSTATUS: 17,
  TLS: 18,
} as const;

export type MessageTypeName = keyof typeof MessageType;
/** One of the numbers of `MessageType`; a packet may carry any other one. */
export type MessageType = (typeof MessageType)[MessageTypeName];

const NAMES: readonly (string | undefined)[] = Object.entries(MessageType).reduce<string[]>(
  (names, [name, code]) => {
    names[code] = name;
    return names;
  },
  [],
);

/** "DISCOVER" for 1; undefined for a number that IANA has not assigned. */
export function messageTypeName(code: number): MessageTypeName | undefined {
  return NAMES[code] as MessageTypeName | undefined;
}
