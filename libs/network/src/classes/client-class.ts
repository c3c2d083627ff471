// The classes of a document, ready to sort clients into, and those that a document has without calling them so: `ignore`,
// and the vendor classes that its option definitions are for.
import { OptionCode } from "@leasehold/protocol";
import type { ClassDocument } from "../document/class-schema.ts";
import type { NetworkDocument } from "../document/network-schema.ts";
import type { ClientClass, ClientFacts } from "../network.ts";
import type { OptionCatalogue } from "../options/option-catalogue.ts";
import { EMPTY_LEVEL, type Level, levelOf } from "../settings/level.ts";
import { ClassSets } from "./class-sets.ts";
import { Evidence } from "./client-facts.ts";
import { compileMatcher, type Test } from "./compile-matcher.ts";
import { beginningWith, octetsOfText } from "./octet-pattern.ts";

/** What only this package reads of a class. */
export interface CompiledClass extends ClientClass {
  readonly level: Level;
  readonly vendorClass?: string;
}

export const IGNORE = "ignore";
/** Ids that no class of a document may have. */
export const RESERVED_CLASS_IDS: readonly string[] = ["any", "known", "unknown", IGNORE];

export class Classes {
  readonly sets = new ClassSets();
  private readonly tested: { readonly entry: CompiledClass; readonly test: Test }[] = [];
  private readonly vendors: readonly {
    readonly entry: CompiledClass;
    readonly begins: (o: Uint8Array) => boolean;
  }[];
  private readonly indexes = new Map<string, number>();
  private readonly matched: Uint8Array;

  constructor(document: NetworkDocument, options: OptionCatalogue, isKnown: (facts: ClientFacts) => boolean) {
    const context = { options, isKnown, classIndex: (id: string) => this.indexes.get(id) };
    for (const { id, policy, match, ...settings } of classesOf(document)) {
      const index = this.tested.length;
      const level = levelOf(`class ${id}`, settings, options, true);
      const entry = { id, index, level, ...(policy === undefined ? {} : { policy }) };
      this.tested.push({ entry, test: compileMatcher(match, context) });
      if (!this.indexes.has(id)) this.indexes.set(id, index);
    }
    this.vendors = vendorClasses(document, this.tested.length);
    this.matched = new Uint8Array(this.tested.length);
  }

  /** The index of a class of the document. */
  indexOf(id: string): number | undefined {
    return this.indexes.get(id);
  }

  /** The classes that a client is in, by rising index. */
  of(facts: ClientFacts): readonly ClientClass[] {
    if (this.tested.length === 0 && this.vendors.length === 0) return this.sets.none.classes;
    let set = this.sets.none;
    const evidence = new Evidence(facts, this.matched.fill(0));
    for (const { entry, test } of this.tested) {
      if (!test(evidence)) continue;
      this.matched[entry.index] = 1;
      set = this.sets.with(set, entry);
    }
    const vendor = this.vendors.length > 0 ? this.vendorOf(facts) : undefined;
    return (vendor ? this.sets.with(set, vendor) : set).classes;
  }

  /** The longest one that the client's vendor class begins with. */
  private vendorOf({ packet }: ClientFacts): CompiledClass | undefined {
    const stated = packet.raw(OptionCode.vendorClassIdentifier);
    return stated && this.vendors.find(({ begins }) => begins(stated))?.entry;
  }
}

function classesOf({ classes = [], ignore = [] }: NetworkDocument): readonly ClassDocument[] {
  if (ignore.length === 0) return classes;
  const mac = ignore.flatMap((one) => one.mac ?? []);
  const macPrefix = ignore.flatMap((one) => one.macPrefix ?? []);
  return [{ id: IGNORE, policy: IGNORE, match: { any: [{ mac }, { macPrefix }] } }, ...classes];
}

function vendorClasses({ optionDefinitions = [] }: NetworkDocument, firstIndex: number) {
  const names = new Set(optionDefinitions.flatMap(({ vendorClass }) => vendorClass ?? []));
  return [...names]
    .sort((a, b) => b.length - a.length)
    .map((vendorClass, i) => ({
      entry: { id: `vendor:${vendorClass}`, index: firstIndex + i, level: EMPTY_LEVEL, vendorClass },
      begins: beginningWith(octetsOfText(vendorClass)),
    }));
}
