// The options that a document may set by name: IANA's, and those that it defines itself; where each stands in a packet.
import {
  decodeOption,
  encodeOption,
  OPTIONS,
  type OptionDefinition,
  OptionError,
  type OptionName,
  optionByName,
} from "@leasehold/protocol";
import type { OptionDefinitionDocument } from "../document/option-definition-schema.ts";
import { OPTION_TYPES } from "./option-types.ts";

/** An option that may be written: how, and where its octets go. */
export interface WritableOption {
  readonly name: string;
  readonly code: number;
  /** The sub-option of 43 for this vendor class, or of 125 under this enterprise number. */
  readonly vendorClass?: string | undefined;
  readonly enterprise?: number | undefined;
  /** The codec's name for what a value is. */
  readonly shape: OptionDefinition["shape"];
  /** What a value must be, for people. */
  readonly expected: string;
  /** Octets of a value as it is written; undefined when it is not of the option's type. */
  encode(value: unknown): Uint8Array | undefined;
  /** The value in octets, for people to read. */
  decode(octets: Uint8Array): unknown;
}

export class OptionCatalogue {
  private readonly own = new Map<string, WritableOption>();

  constructor(definitions: readonly OptionDefinitionDocument[]) {
    for (const definition of definitions) {
      const { type, ...place } = definition;
      const like = optionByName(OPTION_TYPES[type]);
      if (!this.own.has(place.name)) this.own.set(place.name, { ...writable(like), ...place });
    }
  }

  /** Undefined for a name that neither IANA nor the document has. */
  option(name: string): WritableOption | undefined {
    const iana = optionByName(name);
    return iana ? ianaOption(iana) : this.own.get(name);
  }

  get names(): readonly string[] {
    return [...OPTIONS.map(([, name]) => name), ...this.own.keys()];
  }
}

export const IANA_OPTIONS = new OptionCatalogue([]);

const ianaOptions = new Map<string, WritableOption>();

function ianaOption(definition: OptionDefinition): WritableOption {
  const option = ianaOptions.get(definition.name) ?? writable(definition);
  ianaOptions.set(definition.name, option);
  return option;
}

function writable({ name, code, shape, expected }: OptionDefinition): WritableOption {
  return {
    name,
    code,
    shape,
    expected,
    // The codec takes addresses as numbers too. Here `subnetMask: 24` is a mistake, not 0.0.0.24.
    encode: (value) =>
      /^(ipv4|routes)/.test(shape) && holdsNumber(value) ? undefined : encoded(name, value),
    decode: (octets) => decodeOption(name, octets),
  };
}

function encoded(name: OptionName, value: unknown): Uint8Array | undefined {
  try {
    return encodeOption(name, value);
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
}

function holdsNumber(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsNumber);
  return typeof value === "number";
}
