// What clients get wrong and is put up with all the same, unless the document says `compatibility: strict`. This is the one list:
// each name is asked for where the matter is decided (`network.tolerates`), and docs/compatibility.md gives its reason.

/** By name: what the letter of the RFC is, which strict keeps. */
const LENIENCIES = {
  "selecting-with-ciaddr": "RFC 2131 table 4: in SELECTING ciaddr MUST be zero, and option 50 MUST be there",
  "renewing-with-requested-address":
    "RFC 2131 table 4: in RENEWING and REBINDING option 50 MUST NOT be there",
  "ended-lease-wanted-again": "RFC 2131 §4.3.2: who asks for an address that is not its own SHOULD hear NAK",
  "release-without-server-identifier": "RFC 2131 table 5: a RELEASE MUST have option 54",
  "options-without-end": "RFC 2131 §4.1: the options MUST end with END",
  "firmware-spared-a-nak": "RFC 2131 §3.1 item 4: who selects an address that it cannot have SHOULD hear NAK",
} as const satisfies Record<string, string>;

export type Leniency = keyof typeof LENIENCIES;

const ALL: ReadonlySet<Leniency> = new Set(Object.keys(LENIENCIES) as Leniency[]);
const NONE: ReadonlySet<Leniency> = new Set();

/** All of them, unless the document says `strict`. */
export function leniencies(compatibility: "strict" | "lenient" | undefined): ReadonlySet<Leniency> {
  return compatibility === "strict" ? NONE : ALL;
}
