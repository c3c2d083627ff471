// Levels to settings: where several say something, the last one counts, for each option and each field by itself.
import { OptionCode, type Seconds, seconds } from "@leasehold/protocol";
import type { LeaseDocument } from "../document/lease-schema.ts";
import type { LeaseTimes, Settings } from "../network.ts";
import type { WritableOption } from "../options/option-catalogue.ts";
import { type BootValue, bootSettingsOf } from "./boot-settings.ts";
import type { Level, Sending, ServerFields, SetOption } from "./level.ts";

/** A setting and where it stands. */
export interface From<Value> {
  readonly value: Value;
  readonly from: string;
}

export interface FromLevel<Value> extends From<Value> {
  readonly isForClient: boolean;
}

export interface Merged {
  readonly options: ReadonlyMap<string, FromLevel<SetOption>>;
  readonly sending: ReadonlyMap<number, From<Sending>>;
  readonly lease: ReadonlyMap<keyof LeaseDocument, From<number>>;
  readonly server: ReadonlyMap<keyof ServerFields, From<string | number>>;
  readonly boot: ReadonlyMap<string, From<BootValue>>;
}

export function merge(levels: readonly Level[]): Merged {
  const merged = {
    options: new Map(),
    sending: new Map(),
    lease: new Map(),
    server: new Map(),
    boot: new Map(),
  };
  for (const { from, options, sending, lease, server, boot, isForClient } of levels) {
    for (const [key, value] of options) merged.options.set(key, { value, from, isForClient });
    for (const [code, value] of sending) merged.sending.set(code, { value, from });
    for (const [field, value] of definedFields(lease)) merged.lease.set(field, { value, from });
    for (const [field, value] of definedFields(server)) merged.server.set(field, { value, from });
    for (const [field, value] of boot) merged.boot.set(field, { value, from });
  }
  return merged;
}

function definedFields(fields: object): [string, unknown][] {
  return Object.entries(fields).filter(([, value]) => value !== undefined);
}

/** @param vendorClass whose sub-options the client gets in option 43. */
export function settingsOf(merged: Merged, vendorClass: string | undefined): Settings {
  const never = codesSent(merged, "never");
  const options = optionsOf(merged, vendorClass);
  for (const code of never) options.delete(code);
  const boot = bootSettingsOf(new Map(Array.from(merged.boot, ([field, { value }]) => [field, value])));
  return Object.freeze({
    options,
    unasked: unaskedOf(merged, vendorClass, never),
    never,
    lease: leaseTimesOf(merged),
    server: Object.freeze(
      Object.fromEntries(Array.from(merged.server, ([field, { value }]) => [field, value])),
    ) as ServerFields,
    ...(boot === undefined ? {} : { boot }),
  });
}

function codesSent({ sending }: Merged, wanted: Sending): ReadonlySet<number> {
  return new Set([...sending].filter(([, { value }]) => value === wanted).map(([code]) => code));
}

/**
 * RFC 2131 §4.3.1: what is configured for the client explicitly is sent whether option 55 names it or not; and a client
 * can do nothing with an address that has no mask.
 */
function unaskedOf(
  merged: Merged,
  vendorClass: string | undefined,
  never: ReadonlySet<number>,
): ReadonlySet<number> {
  const ofClient = [...merged.options.values()]
    .filter(({ isForClient, value }) => isForClient && isFor(vendorClass, value.option))
    .map(({ value }) => packetCode(value.option))
    .sort((a, b) => a - b);
  const codes = [OptionCode.subnetMask, ...ofClient, ...codesSent(merged, "always")];
  return new Set(codes.filter((code) => !never.has(code)));
}

function isFor(vendorClass: string | undefined, option: WritableOption): boolean {
  return option.vendorClass === undefined || option.vendorClass === vendorClass;
}

/** The code under which an option stands in a packet: 43 and 125 carry those of vendors. */
export function packetCode({ code, vendorClass, enterprise }: WritableOption): number {
  if (vendorClass !== undefined) return OptionCode.vendorSpecificInformation;
  return enterprise === undefined ? code : OptionCode.vendorIdentifyingVendorOptions;
}

// RFC 2132 §3.3: a mask stands before the routers. Codes in rising order keep that, and make the bytes repeatable.
function optionsOf(merged: Merged, vendorClass: string | undefined): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  const all = Array.from(merged.options.values(), ({ value }) => value).sort(
    (a, b) => a.option.code - b.option.code,
  );
  for (const { option, octets } of all) {
    if (option.vendorClass === undefined && option.enterprise === undefined) options.set(option.code, octets);
  }
  const vendor = all.filter(({ option }) => vendorClass !== undefined && option.vendorClass === vendorClass);
  if (vendor.length > 0) options.set(OptionCode.vendorSpecificInformation, encapsulated(vendor));
  const enterprises = all.filter(({ option }) => option.enterprise !== undefined);
  if (enterprises.length > 0)
    options.set(OptionCode.vendorIdentifyingVendorOptions, byEnterprise(enterprises));
  return new Map([...options].sort(([a], [b]) => a - b));
}

/** RFC 2132 §8.4. It leaves open whether END follows; boot ROMs (PXE 2.1) want it. */
function encapsulated(options: readonly SetOption[]): Uint8Array {
  const END = 255;
  return Uint8Array.from([
    ...options.flatMap(({ option, octets }) => [option.code, octets.length, ...octets]),
    END,
  ]);
}

/** RFC 3925 §4: the enterprise number in four octets, the length of its data in one, the data; and so on. */
function byEnterprise(options: readonly SetOption[]): Uint8Array {
  const groups = [...Map.groupBy(options, ({ option }) => option.enterprise!)].sort(([a], [b]) => a - b);
  return Uint8Array.from(
    groups.flatMap(([enterprise, group]) =>
      portionsOf(group).flatMap((data) => [
        ...[24, 16, 8, 0].map((shift) => (enterprise >>> shift) & 255),
        data.length,
        ...data,
      ]),
    ),
  );
}

/** Options one after another, in portions whose length fits into an octet. */
function portionsOf(options: readonly SetOption[]): readonly number[][] {
  const portions: number[][] = [[]];
  for (const { option, octets } of options) {
    if (portions.at(-1)!.length + 2 + octets.length > 255) portions.push([]);
    portions.at(-1)!.push(option.code, octets.length, ...octets);
  }
  return portions;
}

const BUILT_IN = { seconds: 3600, heldFactor: 2, t1: 0.5, t2: 0.875 };

/** A level may set one bound and inherit the other: then the nearer one counts, and the order of the three is kept. */
export function leaseTimesOf({ lease }: Merged): LeaseTimes {
  const get = (field: keyof typeof BUILT_IN) => lease.get(field)?.value ?? BUILT_IN[field];
  const given: Seconds = seconds(get("seconds"));
  const t2 = get("t2");
  const probation = lease.get("probationSeconds")?.value;
  return Object.freeze({
    seconds: given,
    minSeconds: seconds(Math.min(lease.get("minSeconds")?.value ?? given, given)),
    maxSeconds: seconds(Math.max(lease.get("maxSeconds")?.value ?? given, given)),
    heldFactor: get("heldFactor"),
    t1: Math.min(get("t1"), t2),
    t2,
    ...(probation === undefined ? {} : { probationSeconds: seconds(probation) }),
  });
}
