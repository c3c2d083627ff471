// What a script may be told of a machine. A value is one word in every loader's language, or it is refused: nothing that the inventory says
// can add a line, a word or an operator to a script.
import type { Template, TemplateValue } from "@leasehold/network";
import { formatIpv4 } from "@leasehold/protocol";
import type { Placed } from "./chosen-profile.ts";
import type { BootMachine, BootNode } from "./machine.ts";
import { processorOf } from "./processor.ts";

const WORD = /^[A-Za-z0-9][A-Za-z0-9._:,=/-]{0,254}$/;

export type Values = ReadonlyMap<TemplateValue, string>;

/** What is not known is not in it. Those that depend on the URL that is tried ({url}, {server}) are not in it either. */
export function valuesOf(machine: BootMachine, at: Placed, node: BootNode): Values {
  const { host } = machine;
  const { mac, address, subnet, reservation, profile } = at;
  const arch = machine.arch ?? host?.arch;
  const all: readonly (readonly [TemplateValue, string | number | undefined])[] = [
    ["mac", mac],
    ["bootif", mac && `01-${mac.replaceAll(":", "-")}`],
    ["hostname", reservation?.hostname ?? host?.hostname],
    ["xname", host?.id],
    ["nid", host?.nid],
    ["uuid", machine.uuid ?? host?.uuid],
    ["serial", machine.serial ?? host?.labels?.serial],
    ["arch", arch && processorOf(arch)?.name],
    ["address", address && formatIpv4(address)],
    ["subnet", subnet?.id],
    ["type", host?.type],
    ["role", host?.role],
    ["subRole", host?.subRole],
    ["group", host?.groups[0]],
    ["profile", profile.id],
    ["node", node.name],
    ...Object.entries(host?.labels ?? {}).map(([name, value]) => [`label.${name}`, value] as const),
  ];
  return new Map(
    all.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, String(value)]])),
  );
}

/** Fills templates in, and keeps what is wrong with the values that they name. */
export class Filler {
  readonly values: Values;
  private readonly found = new Set<string>();

  constructor(values: Values) {
    this.values = values;
  }

  /** In words, each once; while there are any, what was filled in is not to be used. */
  get problems(): readonly string[] {
    return [...this.found];
  }

  /** Notes what is wrong with what came of them together. */
  refuse(problem: string): void {
    this.found.add(problem);
  }

  /** @param more values for this place alone, which are words already. */
  fill(template: Template, more: ReadonlyMap<TemplateValue, string> = new Map()): string {
    return template
      .map((piece) => (typeof piece === "string" ? piece : (more.get(piece.name) ?? this.value(piece))))
      .join("");
  }

  private value({ name, isOptional }: { name: TemplateValue; isOptional: boolean }): string {
    const value = this.values.get(name);
    if (value === undefined) {
      if (!isOptional) this.found.add(`{${name}} is not known of it`);
      return "";
    }
    const wrong = wrongWith(value);
    if (wrong !== undefined) this.found.add(`{${name}} cannot be used: ${wrong}`);
    return value;
  }
}

/** Why a value is no word; undefined for one that is. */
function wrongWith(value: string): string | undefined {
  if (value.length > 255) return "it has more than 255 characters";
  if (/(^|\/)\.\.(\/|$)/.test(value)) return "it has .. as a folder";
  if (WORD.test(value)) return undefined;
  if (!/^[A-Za-z0-9]/.test(value)) return "it begins with neither a letter nor a digit";
  const character = [...value].find((one) => !/[A-Za-z0-9._:,=/-]/.test(one))!;
  return character === " " ? "it has a space" : `it has the character ${nameOf(character)}`;
}

/** Never the character itself: the sentence is shown on consoles, by scripts. */
function nameOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
