// Where each setting of a client stands in the document: what `leasehold explain` shows.
import { formatIpv4, type Ipv4, OptionCode } from "@leasehold/protocol";
import type { LeaseDocument } from "../document/lease-schema.ts";
import type { ClientClass, DocumentReservation, Pool, Subnet } from "../network.ts";
import type { WritableOption } from "../options/option-catalogue.ts";
import type { CompiledReservation } from "../reservations/reservations.ts";
import type { SetOption } from "./level.ts";
import { type FromLevel, leaseTimesOf, type Merged, merge, packetCode } from "./merge.ts";
import { levelsOf, vendorClassOf } from "./settings-cache.ts";

export interface ExplainedOption {
  readonly name: string;
  /** Of the option in the packet: 43 for a vendor's sub-option. */
  readonly code: number;
  readonly subOption?: number;
  /** For people to read. */
  readonly value: string;
  /** "defaults", "prefix 10.77.0.0/16", "subnet compute", "class arm" … */
  readonly from: string;
  /** When it is sent: to those who ask for it, to whom it is meant for, to all, to nobody. */
  readonly sending: "asked" | "for-client" | "always" | "never";
  /** Where `always` or `never` stands. */
  readonly sendingFrom: string | null;
}

export interface ExplainedField {
  readonly name: string;
  readonly value: string;
  /** As above, and "built in" for what the document does not say. */
  readonly from: string;
}

export interface ExplainedSettings {
  readonly options: readonly ExplainedOption[];
  /** By the option's code in the packet; of options that are not set, too. */
  readonly sending: Merged["sending"];
  readonly lease: readonly ExplainedField[];
  readonly server: readonly ExplainedField[];
  readonly boot: readonly ExplainedField[];
}

/** Takes what `settingsFor` takes, and explains what that gives. */
export function explainSettings(
  subnet: Subnet,
  pool: Pool | undefined,
  classes: readonly ClientClass[],
  reservation: DocumentReservation | undefined,
): ExplainedSettings {
  const merged = merge(
    levelsOf(subnet, pool, classes, (reservation as CompiledReservation | undefined)?.level),
  );
  return {
    options: explainOptions(merged, vendorClassOf(classes)),
    sending: merged.sending,
    lease: explainLease(merged),
    server: Array.from(merged.server, ([name, { value, from }]) => ({
      name,
      value: typeof value === "number" ? formatIpv4(value as Ipv4) : value,
      from,
    })),
    boot: Array.from(merged.boot, ([name, { value, from }]) => ({ name, value: readable(value), from })),
  };
}

function explainOptions(merged: Merged, vendorClass: string | undefined): ExplainedOption[] {
  const sent = [...merged.options.values()].filter(
    ({ value: { option } }) => option.vendorClass === undefined || option.vendorClass === vendorClass,
  );
  // What is set for the vendor class replaces option 43 as a whole.
  const hasVendor = sent.some(({ value }) => value.option.vendorClass !== undefined);
  return sent
    .filter(({ value: { option } }) => !hasVendor || !isWholeVendorOption(option))
    .map((option) => explainOption(option, merged))
    .sort((a, b) => a.code - b.code || (a.subOption ?? 0) - (b.subOption ?? 0));
}

function isWholeVendorOption({ code, vendorClass, enterprise }: WritableOption): boolean {
  return (
    code === OptionCode.vendorSpecificInformation && vendorClass === undefined && enterprise === undefined
  );
}

function explainOption(
  { value: { option, written }, from, isForClient }: FromLevel<SetOption>,
  { sending }: Merged,
): ExplainedOption {
  const code = packetCode(option);
  const said = sending.get(code);
  return {
    ...{ name: option.name, value: readable(written), from, code },
    ...(option.vendorClass === undefined && option.enterprise === undefined
      ? {}
      : { subOption: option.code }),
    sending: said?.value ?? (isForClient ? "for-client" : "asked"),
    sendingFrom: said?.from ?? null,
  };
}

const BUILT_IN = "built in";
const LEASE_FIELDS = ["seconds", "minSeconds", "maxSeconds", "heldFactor", "t1", "t2"] as const;

function explainLease(merged: Merged): ExplainedField[] {
  const times = leaseTimesOf(merged);
  const told =
    times.probationSeconds === undefined ? LEASE_FIELDS : [...LEASE_FIELDS, "probationSeconds" as const];
  return told.map((name) => ({
    name,
    value: String(times[name]),
    from: fromOf(name, times[name]!, merged),
  }));
}

/** A bound that is not given, or lies beyond `seconds`, is that of `seconds`. */
function fromOf(name: keyof LeaseDocument, value: number, { lease }: Merged): string {
  const own = lease.get(name);
  if (own?.value === value) return own.from;
  const isBound = name === "minSeconds" || name === "maxSeconds";
  return (isBound ? lease.get("seconds") : name === "t1" ? lease.get("t2") : undefined)?.from ?? BUILT_IN;
}

function readable(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(readable).join(", ");
  return JSON.stringify(value);
}
