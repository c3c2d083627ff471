// What clients get wrong and is put up with all the same, unless the document says `compatibility: strict`. This is the one list:
// each name is asked for where the matter is decided (`network.quirks`); docs/compatibility.md has a row for each, word for word,
// and apps/dhcpd/test/service/client-quirks.test.ts tries each in both modes.

export interface QuirkEntry {
  /** What clients do. */
  readonly what: string;
  /** What the RFC says. */
  readonly letter: string;
  /** What a lenient document makes of it. */
  readonly ours: string;
  /** Which clients do it. */
  readonly seen: string;
  /** What a strict document makes of it. */
  readonly strict: string;
}

export const CLIENT_QUIRKS = {
  "selecting-with-ciaddr": {
    what: "a REQUEST in SELECTING has ciaddr, with or without option 50",
    letter: "RFC 2131 table 4: ciaddr MUST be zero, option 50 MUST be there",
    ours: "option 50 is the requested address; without it, ciaddr if the client has that address, or else the address on offer to it. The reply is sent as if ciaddr were zero",
    seen: "old boot loaders, VPCS",
    strict: "silence, `malformed`",
  },
  "selecting-without-requested-address": {
    what: "a REQUEST in SELECTING has no option 50",
    letter: "RFC 2131 table 4: MUST",
    ours: "the address on offer to the client is the requested one; NAK if there is none",
    seen: "minimal clients",
    strict: "NAK, `no-address-named`",
  },
  "selecting-without-server-identifier": {
    what: "a REQUEST for the address on offer has no option 54, or 0.0.0.0 there",
    letter: "RFC 2131 table 4: MUST",
    ours: "it accepts the offer",
    seen: "minimal clients",
    strict: "read as INIT-REBOOT: silence, `unknown-lease`, or NAK",
  },
  "renewing-with-requested-address": {
    what: "a REQUEST in RENEWING or REBINDING has option 50",
    letter: "RFC 2131 table 4: MUST NOT",
    ours: "ciaddr is the requested address",
    seen: "the intention is clear",
    strict: "silence, `malformed`",
  },
  "renewing-with-server-identifier": {
    what: "a REQUEST in RENEWING (by unicast) or REBINDING has option 54, even that of a former server",
    letter: "RFC 2131 table 4: MUST NOT",
    ours: "it renews if ciaddr is leased to the client here or reserved for it; otherwise it has selected a server outside of this cluster",
    seen: "clients that moved here from another server",
    strict: "silence, `malformed`",
  },
  "ended-lease-wanted-again": {
    what: "an expired lease, requested by its last client",
    letter: "RFC 2131 §4.3.2: a request for an address of another client SHOULD get a NAK",
    ours: "the client gets it again if it is still free",
    seen: "machines that were switched off",
    strict: "NAK, `no-such-lease`",
  },
  "release-without-server-identifier": {
    what: "a RELEASE has no option 54",
    letter: "RFC 2131 table 5: MUST",
    ours: "it is accepted if the client has the address",
    seen: "systemd-networkd 252",
    strict: "silence, `malformed`; the lease expires",
  },
  "release-with-requested-address": {
    what: "a RELEASE has its address in option 50, and ciaddr is 0",
    letter: "RFC 2131 table 5: ciaddr, and option 50 MUST NOT",
    ours: "it is accepted if the client has the address",
    seen: "embedded clients",
    strict: "silence, `malformed`; the lease expires",
  },
  "decline-without-server-identifier": {
    what: "a DECLINE has no option 54",
    letter: "RFC 2131 table 5: MUST",
    ours: "it is accepted if the client has the address",
    seen: "lwIP: ESP32, BMCs, printers",
    strict: "silence, `malformed`; the address may be given to another client",
  },
  "decline-with-ciaddr": {
    what: "a DECLINE has its address in ciaddr, and no option 50",
    letter: "RFC 2131 table 5: option 50 MUST be there, ciaddr is 0",
    ours: "it is accepted if the client has the address",
    seen: "embedded clients",
    strict: "silence, `malformed`; the address may be given to another client",
  },
  "decline-of-an-offer": {
    what: "a DECLINE of an address that is on offer to the client, and that it did not request",
    letter: "RFC 2131 §3.1 item 5: after an ACK",
    ours: "it is accepted",
    seen: "clients that probe the address after the OFFER",
    strict: "silence, `not-the-owner`",
  },
  "options-without-end": {
    what: "options that end without END",
    letter: "RFC 2131 §4.1: MUST end with it",
    ours: "they are accepted; an option that is cut off makes the packet unreadable",
    seen: "Kea and ISC dhcpd accept them, too",
    strict: "dropped, `no-end`",
  },
  "bootp-shorter-than-300": {
    what: "a BOOTP request has less than 300 octets",
    letter: "RFC 1542 §2.1: MUST be discarded",
    ours: "it is answered, if it has the 236 octets of the fixed fields",
    seen: "boot ROMs that omit the padding (245 octets)",
    strict: "dropped, `bootp-too-short`",
  },
  "firmware-spared-a-nak": {
    what: "a boot ROM (`PXEClient`, `HTTPClient`, iPXE) selects an address that it cannot have",
    letter: "RFC 2131 §3.1 item 4: SHOULD get a NAK",
    ours: "silence, `firmware-must-not-be-refused`: when it asks again, it accepts another offer",
    seen: "many ROMs give up on a NAK and boot from disk",
    strict: "NAK",
  },
} as const satisfies Record<string, QuirkEntry>;

export type ClientQuirk = keyof typeof CLIENT_QUIRKS;

const ALL: ReadonlySet<ClientQuirk> = new Set(Object.keys(CLIENT_QUIRKS) as ClientQuirk[]);
const NONE: ReadonlySet<ClientQuirk> = new Set();

/** All of them, unless the document says `strict`. */
export function quirksFor(compatibility: "strict" | "lenient" | undefined): ReadonlySet<ClientQuirk> {
  return compatibility === "strict" ? NONE : ALL;
}
