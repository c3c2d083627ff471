// Which VPN a client or a lease is in (RFC 6607 §3.5): the value of option 221 and of sub-option 151 of option 82.
//
//   0      1
//   | type | 0: name in ASCII | 1: RFC 2685 VPN-ID, 7 octets | 254: all (RFC 6926 §6.2.9) | 255: the global one

/** `unknown` is what cannot be understood: such a client is in no VPN that is served. */
export type VpnChoice =
  | { readonly kind: "global" }
  /** Only in a leasequery. */
  | { readonly kind: "all" }
  /** The name as it is, or a VPN-ID as hex: "red", "0x00000c00000001". */
  | { readonly kind: "vpn"; readonly id: string }
  | { readonly kind: "unknown" };

const NAME = 0;
const VPN_ID = 1;
const VPN_ID_SIZE = 7;
const ALL = 254;
const GLOBAL = 255;

export function readVpn(octets: Uint8Array): VpnChoice {
  const identifier = octets.subarray(1);
  switch (octets[0]) {
    case NAME:
      return isName(identifier) ? { kind: "vpn", id: latin1(identifier) } : { kind: "unknown" };
    case VPN_ID:
      return identifier.length === VPN_ID_SIZE
        ? { kind: "vpn", id: `0x${Buffer.from(identifier).toString("hex")}` }
        : { kind: "unknown" };
    case ALL:
      return identifier.length === 0 ? { kind: "all" } : { kind: "unknown" };
    case GLOBAL:
      // RFC 6607 §3.5: "there MUST NOT be any VSS information included".
      return identifier.length === 0 ? { kind: "global" } : { kind: "unknown" };
    default:
      return { kind: "unknown" };
  }
}

/** The value of option 221 for a VPN as the network document names it. */
export function writeVpn(id: string): Uint8Array {
  const isVpnId = /^0x[0-9a-f]{14}$/i.test(id);
  return isVpnId
    ? Uint8Array.of(VPN_ID, ...Buffer.from(id.slice(2), "hex"))
    : Uint8Array.of(NAME, ...Buffer.from(id, "latin1"));
}

/** Whether a subnet with this `vss` is in the VPN; a subnet without one is in the global VPN. */
export function isInVpn(vss: string | undefined, choice: VpnChoice): boolean {
  switch (choice.kind) {
    case "all":
      return true;
    case "global":
      return vss === undefined;
    case "vpn":
      return vss !== undefined && spelled(vss) === spelled(choice.id);
    case "unknown":
      return false;
    default:
      return choice satisfies never;
  }
}

// RFC 6607 §3.5: "It MUST NOT be terminated with a zero byte."
function isName(octets: Uint8Array): boolean {
  return octets.length > 0 && octets.every((octet) => octet >= 0x20 && octet < 0x7f);
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString("latin1");
}

/** Hex is the same in any case; a name is not. */
function spelled(id: string): string {
  return /^0x/i.test(id) ? id.toLowerCase() : id;
}
