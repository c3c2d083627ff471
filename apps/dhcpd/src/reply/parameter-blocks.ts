// The options of replies that depend on the settings and on what clients ask for, and not on who asks: made once for each
// settings object, which the network document keeps for each place and set of classes, and then only written.
import type { LeaseTimes, Settings } from "@leasehold/network";
import { type EncodedOption, encodeOption, OptionCode } from "@leasehold/protocol";
import { NEVER_BY_SETTINGS } from "./features.ts";

/** What clients send decides how many there are, so it must not decide how many are kept. */
const KEPT_MAX = 64;
const OLDER_ROUTES: ReadonlySet<number> = new Set([OptionCode.routers, OptionCode.staticRoutes]);
const PLACE_OF_NAME: EncodedOption = [OptionCode.hostName, new Uint8Array(0)];

interface Block {
  /** Option 55; undefined when the client names nothing. */
  readonly wanted: Uint8Array | undefined;
  readonly options: readonly EncodedOption[];
  /** The same for a client that has a name of its own, with its place in them; undefined when it wants no name. */
  readonly named: { readonly options: readonly EncodedOption[]; readonly at: number } | undefined;
}

const blocksOf = new WeakMap<Settings, ParameterBlocks>();

export function parameterBlocks(settings: Settings): ParameterBlocks {
  const known = blocksOf.get(settings);
  if (known !== undefined) return known;
  const made = new ParameterBlocks(settings);
  blocksOf.set(settings, made);
  return made;
}

export class ParameterBlocks {
  private readonly settings: Settings;
  private readonly blocks: Block[] = [];
  private readonly times = new Map<number, readonly EncodedOption[]>();

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /**
   * Adds what the client wants and the settings have, in its order (RFC 2132 §9.8), and then what is sent unasked; all there is
   * when it has no option 55.
   */
  addTo(options: EncodedOption[], wanted: Uint8Array | undefined, hostname: string | undefined): void {
    const { named, options: unnamed } = this.blockFor(wanted);
    if (!hostname || named === undefined) {
      for (const option of unnamed) options.push(option);
      return;
    }
    named.options.forEach((option, i) => {
      options.push(i === named.at ? [OptionCode.hostName, encodeOption("hostName", hostname)] : option);
    });
  }

  /** Options 51, 58 and 59. */
  leaseTimes(seconds: number): readonly EncodedOption[] {
    const known = this.times.get(seconds);
    if (known !== undefined) return known;
    const made = leaseTimeOptions(seconds, this.settings.lease);
    if (this.times.size < KEPT_MAX) this.times.set(seconds, made);
    return made;
  }

  private blockFor(wanted: Uint8Array | undefined): Block {
    for (const block of this.blocks) if (isSame(block.wanted, wanted)) return block;
    // A copy: the client's octets are in a buffer that the next packet may use.
    const made = blockOf(this.settings, wanted && Uint8Array.from(wanted));
    if (this.blocks.length < KEPT_MAX) this.blocks.push(made);
    return made;
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function blockOf(settings: Settings, wanted: Uint8Array | undefined): Block {
  const named = parametersOf(settings, wanted, PLACE_OF_NAME);
  const at = named.indexOf(PLACE_OF_NAME);
  return {
    wanted,
    options: parametersOf(settings, wanted, undefined),
    named: at < 0 ? undefined : { options: named, at },
  };
}

function parametersOf(
  { options: set, unasked, never }: Settings,
  wanted: Uint8Array | undefined,
  name: EncodedOption | undefined,
): readonly EncodedOption[] {
  const codes = new Set([...(wanted ?? [...set.keys(), OptionCode.hostName]), ...unasked]);
  // RFC 3442: with classless routes the server SHOULD NOT send the older forms too.
  const hasClasslessRoutes =
    wanted?.includes(OptionCode.classlessStaticRoutes) && set.has(OptionCode.classlessStaticRoutes);
  const options: EncodedOption[] = [];
  for (const code of codes) {
    if (NEVER_BY_SETTINGS.has(code) || never.has(code) || (hasClasslessRoutes && OLDER_ROUTES.has(code)))
      continue;
    const value = set.get(code);
    if (code === OptionCode.hostName && name !== undefined) options.push(name);
    else if (value !== undefined) options.push([code, value]);
  }
  return maskFirst(options);
}

/** RFC 2132 §3.3: "If both the subnet mask and the router option are specified … the subnet mask option MUST be first." */
function maskFirst(options: EncodedOption[]): EncodedOption[] {
  const mask = options.findIndex(([code]) => code === OptionCode.subnetMask);
  const router = options.findIndex(([code]) => code === OptionCode.routers);
  if (mask > router && router >= 0) options.splice(router, 0, ...options.splice(mask, 1));
  return options;
}

// RFC 2131 §4.4.5: T1 defaults to half of the lease, T2 to seven eighths.
function leaseTimeOptions(seconds: number, { t1, t2 }: LeaseTimes): readonly EncodedOption[] {
  const isInfinite = seconds === 0xffffffff;
  return [
    [OptionCode.ipAddressLeaseTime, uint32(seconds)],
    [OptionCode.renewalTime, uint32(isInfinite ? seconds : Math.floor(seconds * t1))],
    [OptionCode.rebindingTime, uint32(isInfinite ? seconds : Math.floor(seconds * t2))],
  ];
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
