// What a client is told that boots over the network.
import {
  type EncodedOption,
  encodeOption,
  type Ipv4,
  type OptionInput,
  type OptionName,
  optionByName,
} from "@leasehold/protocol";

/** Stands in place of what the settings say of the same fields and options. */
export interface BootAnswer {
  /** siaddr: the server that the next stage is loaded from. */
  readonly nextServer: Ipv4;
  /** Empty: none. */
  readonly file: string;
  /** Sent whether or not option 55 asks for them. */
  readonly options: readonly EncodedOption[];
}

/** What else of a reply tells firmware what to load: of these a reply has what the answer has, and nothing of the settings. */
export const BOOT_OPTIONS: ReadonlySet<number> = new Set([43, 60, 66, 67, 97, 150, 175]);

export function option<Name extends OptionName>(name: Name, value: OptionInput<Name>): EncodedOption {
  return [optionByName(name)!.code, encodeOption(name, value)];
}
