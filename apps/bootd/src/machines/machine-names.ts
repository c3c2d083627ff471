// By what a request names a machine, in all the spellings that loaders write: iPXE 1.0.0 sends `52%3A54%3A…` for `${mac}`, 2.0.0 `52:54:…`,
// pxelinux `01-52-54-…`; a UUID comes in the byte order of SMBIOS or of the network.
import { isHostId } from "@leasehold/inventory";
import { type Mac, machineUuids, parseMac, parseUuid } from "@leasehold/protocol";

export interface MachineNames {
  readonly mac?: Mac;
  /** In lower case: as it was written, and with its first three fields turned. */
  readonly uuids?: readonly string[];
  readonly serial?: string;
  /** Its id in the inventory: an xname, where it is SMD's. */
  readonly id?: string;
  readonly hostname?: string;
  readonly nid?: number;
  /** The processor, in the loader's words. */
  readonly arch?: string;
}

/** What cannot be read, in a sentence. */
export interface Misnamed {
  readonly misnamed: string;
}

/** A parameter and what it says; undefined: it is none of that kind. BSS has `name` for an xname, boot-service `host`. */
const READERS: Readonly<Record<string, (value: string) => Partial<MachineNames> | undefined>> = {
  mac: (value) => named("mac", macIn(value)),
  uuid: (value) => named("uuids", uuidsIn(value)),
  serial: (value) => named("serial", wordIn(value)),
  host: hostIn,
  name: hostIn,
  nid: (value) => (/^\d{1,9}$/.test(value) ? { nid: Number(value) } : undefined),
  arch: (value) => named("arch", wordIn(value)),
};
const EXPECTED: Readonly<Record<string, string>> = {
  mac: "a hardware address, like 52:54:00:12:34:56",
  uuid: "a UUID, like 4c4c4544-0042-3010-8043-b7c04f4e3732",
  nid: "a number",
  host: "a host's id or name, like x1000c0s0b0n0 or nid000001",
  name: "a host's id or name, like x1000c0s0b0n0 or nid000001",
};
const SHOWN_MAX = 60;

/** Parameters that are empty are not there: iPXE has no value for them. Those that are of no such kind are left alone. */
export function machineNamesIn(query: ReadonlyMap<string, string>): MachineNames | Misnamed {
  let names: MachineNames = {};
  for (const [key, value] of query) {
    if (value === "" || !Object.hasOwn(READERS, key)) continue;
    const read = READERS[key]!(value);
    if (read === undefined) {
      const expected = EXPECTED[key] ?? "at most 128 printable characters";
      return { misnamed: `${key} is ${JSON.stringify(value.slice(0, SHOWN_MAX))}; expected ${expected}.` };
    }
    names = { ...names, ...read };
  }
  return names;
}

/** Also "01-52-54-00-12-34-56", the hardware type before it. */
export function macIn(text: string): Mac | undefined {
  return parseMac(text) ?? (/^01[:-]/.test(text) ? parseMac(text.slice(3)) : undefined);
}

export function uuidsIn(text: string): readonly string[] | undefined {
  const identifier = parseUuid(text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));
  return identifier && machineUuids({ type: 0, identifier });
}

function hostIn(value: string): Partial<MachineNames> | undefined {
  return isHostId(value) ? { id: value, hostname: value } : undefined;
}

function wordIn(value: string): string | undefined {
  return /^[ -~]{1,128}$/.test(value) ? value : undefined;
}

function named<Key extends keyof MachineNames>(
  key: Key,
  value: MachineNames[Key] | undefined,
): Partial<MachineNames> | undefined {
  return value === undefined ? undefined : { [key]: value };
}
