// `alwaysSend` and `neverSend`: names of options that the reply has by the document's leave, each in one of the two lists.

import { type Advice, adviceFrom, type Finding, formatPath, type Path } from "@leasehold/document";
import { OptionCode } from "@leasehold/protocol";
import type { OptionCatalogue } from "../options/option-catalogue.ts";
import { EXCHANGE_OPTIONS } from "../options/option-schema.ts";
import type { Check } from "./check.ts";
import { catalogueOf } from "./options.ts";
import { itemsOf, type Part } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const sendListChecks: readonly Check[] = [sendLists];

/** RFC 8925 §3.3, RFC 2563 §2: these answer a client that says it understands them. */
const ANSWERS_ONLY: ReadonlySet<string> = new Set(["ipv6OnlyPreferred", "autoConfigure"]);

type List = "alwaysSend" | "neverSend";

interface Named {
  readonly list: List;
  readonly name: string;
  readonly path: Path;
}

function sendLists({ definitions, levels }: Survey): Finding[] {
  const catalogue = catalogueOf(definitions);
  const meantBy = adviceFrom(catalogue.names);
  return levels.flatMap((level) => {
    const named = [...namesIn(level, "alwaysSend"), ...namesIn(level, "neverSend")];
    return named.flatMap((one, i) => {
      const before = named.slice(0, i).find(({ name }) => name === one.name);
      return wrongName(one, catalogue, meantBy) ?? (before === undefined ? [] : [repetition(one, before)]);
    });
  });
}

function namesIn(level: Part, list: List): Named[] {
  return itemsOf(level.fields[list]).flatMap((name, i) =>
    typeof name === "string" ? [{ list, name, path: [...level.path, list, i] }] : [],
  );
}

function wrongName(
  { list, name, path }: Named,
  catalogue: OptionCatalogue,
  meantBy: Advice,
): Finding[] | undefined {
  const option = catalogue.option(name);
  const found = `"${name}"`;
  if (option === undefined) {
    const meant = meantBy(name);
    return [
      {
        ...{ path, found, expected: "the name of an option (see the reference)" },
        fix: meant
          ? `Write "${meant}" if that was meant.`
          : "Define it in optionDefinitions, or correct its name.",
      },
    ];
  }
  if (EXCHANGE_OPTIONS.has(name)) {
    return [
      {
        ...{ path, found, expected: "an option that the document can set" },
        fix: `Remove it: the server itself decides about option ${option.code}.`,
      },
    ];
  }
  if (list === "alwaysSend" && ANSWERS_ONLY.has(name)) {
    return [
      {
        ...{ path, found, expected: "an option that a client may get without having asked" },
        fix: `Remove it: option ${option.code} is an answer to clients that send or name it.`,
      },
    ];
  }
  if (option.vendorClass === undefined && option.enterprise === undefined) return undefined;
  const whole =
    option.vendorClass === undefined ? "vendorIdentifyingVendorOptions" : "vendorSpecificInformation";
  const code =
    option.vendorClass === undefined
      ? OptionCode.vendorIdentifyingVendorOptions
      : OptionCode.vendorSpecificInformation;
  return [
    {
      ...{ path, found, expected: "an option, and not a sub-option" },
      fix: `Write "${whole}": option ${code} is sent with all of its sub-options.`,
    },
  ];
}

function repetition({ list, name, path }: Named, before: Named): Finding {
  return {
    path,
    found: `"${name}" again`,
    expected:
      list === before.list
        ? `a name once (${formatPath(before.path)} has this one)`
        : `a name in one of the two lists (${formatPath(before.path)} has this one)`,
  };
}
