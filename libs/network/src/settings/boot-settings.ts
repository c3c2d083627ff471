// `boot:` of a level, field by field, so that each is inherited by itself; and what comes of all levels.
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { type BootArchitecture, type BootDocument, DEFAULT_SCRIPT } from "../document/boot-schema.ts";
import { UNKNOWN_BY_DEFAULT } from "../profiles/boot-profile.ts";

export interface BootSettings {
  readonly enabled: boolean;
  /** Without a slash at the end. */
  readonly urls: readonly string[];
  /** The node that answers, the cluster's server identifier, or an address. */
  readonly nextServer: "node" | "cluster" | Ipv4;
  readonly script?: string;
  /** By its id, for known machines and for all others. */
  readonly profile: string;
  readonly unknown: string;
  readonly loaders: Readonly<Partial<Record<BootArchitecture, string>>>;
  readonly pxelinux: { readonly configFile?: string; readonly pathPrefix?: string };
}

export type BootValue = string | boolean | readonly string[];
/** By name: `urls`, `loaders.uefi-x64`. */
export type BootFields = ReadonlyMap<string, BootValue>;

export function bootFieldsOf({ loaders, pxelinux, ...plain }: BootDocument = {}): BootFields {
  return new Map<string, BootValue>([
    ...definedIn("", plain),
    ...definedIn("loaders.", loaders ?? {}),
    ...definedIn("pxelinux.", pxelinux ?? {}),
  ]);
}

function definedIn(
  before: string,
  fields: Readonly<Record<string, BootValue | undefined>>,
): [string, BootValue][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[before + name, value] as [string, BootValue]],
  );
}

/** Undefined where no level says anything. */
export function bootSettingsOf(fields: BootFields): BootSettings | undefined {
  if (fields.size === 0) return undefined;
  const profile = fields.get("profile") as string | undefined;
  const unknown = fields.get("unknown") as string | undefined;
  const own = profile === undefined && unknown === undefined ? undefined : DEFAULT_SCRIPT;
  const script = (fields.get("script") as string | undefined) ?? own;
  return Object.freeze({
    enabled: (fields.get("enabled") as boolean | undefined) ?? true,
    urls: ((fields.get("urls") ?? []) as readonly string[]).map((url) => url.replace(/\/+$/, "")),
    nextServer: nextServerOf(fields.get("nextServer") as string | undefined),
    ...(script === undefined ? {} : { script }),
    profile: profile ?? UNKNOWN_BY_DEFAULT,
    unknown: unknown ?? UNKNOWN_BY_DEFAULT,
    loaders: under(fields, "loaders."),
    pxelinux: under(fields, "pxelinux."),
  });
}

function nextServerOf(written = "node"): BootSettings["nextServer"] {
  if (written === "node" || written === "cluster") return written;
  const address = parseIpv4(written);
  if (address === undefined) throw new Error(`"${written}" is no address: the document was not checked.`);
  return address;
}

function under(fields: BootFields, before: string): Readonly<Record<string, string>> {
  const found = [...fields].filter(([name]) => name.startsWith(before));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(before.length), value as string]));
}
