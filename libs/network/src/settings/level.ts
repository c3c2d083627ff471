// One place of the document where settings stand (defaults, a subnet, a class …), with its options encoded.
import { type Ipv4, OptionCode, parseIpv4 } from "@leasehold/protocol";
import type { BootDocument } from "../document/boot-schema.ts";
import type { LeaseDocument } from "../document/lease-schema.ts";
import type { ServerDocument } from "../document/server-schema.ts";
import { IANA_OPTIONS, type OptionCatalogue, type WritableOption } from "../options/option-catalogue.ts";
import type { OptionsDocument } from "../options/option-schema.ts";
import { type BootFields, bootFieldsOf } from "./boot-settings.ts";

/** What a person may write at any level. */
export interface SettingsDocument {
  readonly options?: OptionsDocument | undefined;
  readonly lease?: LeaseDocument | undefined;
  readonly server?: ServerDocument | undefined;
  readonly boot?: BootDocument | undefined;
  readonly alwaysSend?: readonly string[] | undefined;
  readonly neverSend?: readonly string[] | undefined;
}

/** Whatever the client asks for. */
export type Sending = "always" | "never";

export interface SetOption {
  readonly option: WritableOption;
  readonly octets: Uint8Array;
  /** The value as it stands in the document. */
  readonly written: unknown;
}

export interface ServerFields {
  readonly nextServer?: Ipv4;
  readonly name?: string;
  readonly file?: string;
}

export interface Level {
  /** For `leasehold explain`: "defaults", "subnet compute", "class arm". */
  readonly from: string;
  /** By what makes two of them the same option: a code, or a code in a vendor's space. */
  readonly options: ReadonlyMap<string, SetOption>;
  readonly lease: LeaseDocument;
  readonly server: ServerFields;
  readonly boot: BootFields;
  /** By the option's code in the packet. */
  readonly sending: ReadonlyMap<number, Sending>;
  /** Of a class or a reservation: what it sets is meant for the clients that it names (RFC 2131 §4.3.1). */
  readonly isForClient: boolean;
  readonly isEmpty: boolean;
}

export const EMPTY_LEVEL: Level = {
  ...{ from: "", options: new Map(), lease: {}, server: {}, boot: new Map(), sending: new Map() },
  ...{ isForClient: false, isEmpty: true },
};

/** Throws when the settings were not checked. */
export function levelOf(
  from: string,
  settings: SettingsDocument,
  catalogue: OptionCatalogue,
  isForClient = false,
): Level {
  const options = new Map<string, SetOption>();
  for (const [name, value] of Object.entries(settings.options ?? {})) {
    if (value === undefined) continue;
    for (const set of setOptions(name, value, catalogue)) options.set(keyOf(set.option), set);
  }
  const lease = settings.lease ?? {};
  const server = serverFieldsOf(settings.server);
  const boot = bootFieldsOf(settings.boot);
  const sending = sendingOf(settings, catalogue);
  const fields = Object.keys(lease).length + Object.keys(server).length + boot.size;
  const isEmpty = options.size + sending.size + fields === 0;
  return { from, options, lease, server, boot, sending, isForClient, isEmpty };
}

function sendingOf(
  { alwaysSend = [], neverSend = [] }: SettingsDocument,
  catalogue: OptionCatalogue,
): ReadonlyMap<number, Sending> {
  const codeOf = (name: string) => {
    const option = catalogue.option(name);
    if (!option) throw new Error(`Option ${name} is not known: the document was not checked.`);
    return option.code;
  };
  return new Map<number, Sending>([
    ...alwaysSend.map((name) => [codeOf(name), "always"] as const),
    ...neverSend.map((name) => [codeOf(name), "never"] as const),
  ]);
}

function keyOf({ code, vendorClass, enterprise }: WritableOption): string {
  if (vendorClass !== undefined) return `43/${vendorClass}/${code}`;
  return enterprise === undefined ? String(code) : `125/${enterprise}/${code}`;
}

function setOptions(name: string, value: unknown, catalogue: OptionCatalogue): readonly SetOption[] {
  const option = catalogue.option(name);
  const octets = option?.encode(value);
  if (!option || !octets) throw new Error(`Option ${name} cannot be compiled: the document was not checked.`);
  return option.code === OptionCode.vendorIdentifyingVendorOptions && option.enterprise === undefined
    ? partsOf(option, octets)
    : [{ option, octets, written: value }];
}

// Option 125 as a whole is taken apart, so that it and options that are defined under an enterprise number add up.
function partsOf(whole: WritableOption, octets: Uint8Array): readonly SetOption[] {
  const vendors = whole.decode(octets) as readonly {
    enterprise: number;
    options: ReadonlyMap<number, Uint8Array>;
  }[];
  const bytes = IANA_OPTIONS.option("vendorSpecificInformation")!;
  return vendors.flatMap(({ enterprise, options }) =>
    Array.from(options, ([code, part]) => ({
      option: { ...bytes, name: `${whole.name}.${enterprise}.${code}`, code, enterprise },
      octets: part,
      written: `0x${Buffer.from(part).toString("hex")}`,
    })),
  );
}

function serverFieldsOf({ nextServer, name, file }: ServerDocument = {}): ServerFields {
  const address = nextServer === undefined ? undefined : parseIpv4(nextServer);
  return {
    ...(address === undefined ? {} : { nextServer: address }),
    ...(name === undefined ? {} : { name }),
    ...(file === undefined ? {} : { file }),
  };
}
