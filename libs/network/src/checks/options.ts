// Option definitions among each other and beside IANA's, and the values of options that a document defines.

import { type Advice, adviceFrom, describe, type Finding, formatPath } from "@leasehold/document";
import { optionByCode, optionByName } from "@leasehold/protocol";
import { optionDefinition } from "../document/option-definition-schema.ts";
import { OptionCatalogue, type WritableOption } from "../options/option-catalogue.ts";
import { optionsSchema } from "../options/option-schema.ts";
import { wrongPartsOf } from "../options/wrong-part.ts";
import { type Check, repeated } from "./check.ts";
import { numberOf, type Part, partUnder, textOf } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const optionChecks: readonly Check[] = [namesOfIana, codesOfIana, twoSpaces, definedTwice, codesTwice];

export const optionLevelChecks: readonly Check[] = [valuesOfOwnOptions, subOptionsTooLong];

function namesOfIana({ definitions }: Survey): Finding[] {
  return definitions.flatMap(({ path, fields }) => {
    const iana = optionByName(textOf(fields.name) ?? "");
    return iana === undefined
      ? []
      : [
          {
            path: [...path, "name"],
            found: `"${iana.name}"`,
            expected: `a name that is not IANA's (option ${iana.code})`,
            fix: "Remove the definition: IANA's option is there without it; or give it another name.",
          },
        ];
  });
}

function codesOfIana({ definitions }: Survey): Finding[] {
  return definitions.flatMap(({ path, fields }) => {
    const iana = optionByCode(numberOf(fields.code) ?? 0);
    if (iana === undefined || fields.vendorClass !== undefined || fields.enterprise !== undefined) return [];
    return [
      {
        path: [...path, "code"],
        found: `${iana.code}`,
        expected: `a code that IANA has not given away (it is ${iana.name})`,
        fix: `Set ${iana.name} in options, or take a code from 224 to 254, which are the site's own.`,
      },
    ];
  });
}

function twoSpaces({ definitions }: Survey): Finding[] {
  return definitions.flatMap(({ path, fields }) =>
    fields.vendorClass !== undefined && fields.enterprise !== undefined
      ? [
          {
            path: [...path, "enterprise"],
            found: "vendorClass and enterprise together",
            expected: "one of them: a sub-option of 43, or of 125",
          },
        ]
      : [],
  );
}

function definedTwice({ definitions }: Survey): Finding[] {
  return repeated(definitions, ({ fields }) => textOf(fields.name)).map(({ thing, first }) => ({
    path: [...thing.path, "name"],
    found: `"${thing.fields.name}" again`,
    expected: `a name of its own (${formatPath(first.path)} has this one)`,
  }));
}

function codesTwice({ definitions }: Survey): Finding[] {
  const spaceOf = ({ fields }: Part) => JSON.stringify([fields.vendorClass, fields.enterprise, fields.code]);
  const withCode = definitions.filter(({ fields }) => typeof fields.code === "number");
  return repeated(withCode, spaceOf).map(({ thing, first }) => ({
    path: [...thing.path, "code"],
    found: `${thing.fields.code} again`,
    expected: `a code of its own (${formatPath(first.path)} has this one)`,
  }));
}

function valuesOfOwnOptions({ definitions, levels }: Survey): Finding[] {
  const catalogue = catalogueOf(definitions);
  const meantBy = adviceFrom(catalogue.names);
  return levels.flatMap((level) => {
    const { path, fields } = partUnder(level, "options");
    return Object.keys(fields).flatMap((name) => {
      if (Object.hasOwn(optionsSchema.shape, name) || fields[name] === undefined) return [];
      const option = catalogue.option(name);
      const at = [...path, name];
      if (option === undefined) return [unknownOption(name, at, meantBy)];
      return option.encode(fields[name]) === undefined ? wrongValues(option, fields[name], at) : [];
    });
  });
}

function wrongValues(option: WritableOption, value: unknown, at: Finding["path"]): Finding[] {
  return wrongPartsOf(option, value).map(({ path, expected, found, fix }) => {
    const part = path.reduce<unknown>(
      (whole, step) => (whole as Record<string | number, unknown>)[step],
      value,
    );
    return {
      path: [...at, ...path],
      found: found ?? describe(part),
      expected,
      ...(fix === undefined ? {} : { fix }),
    };
  });
}

function unknownOption(name: string, path: Finding["path"], meantBy: Advice): Finding {
  const meant = meantBy(name);
  return {
    path,
    found: `an unknown key "${name}"`,
    expected: "a known name (see the reference)",
    fix: meant
      ? `Write "${meant}" if that was meant.`
      : "Define it in optionDefinitions, or correct its name.",
  };
}

/** The length of a sub-option is one octet, and so is that of all sub-options of an enterprise. */
function subOptionsTooLong({ definitions, levels }: Survey): Finding[] {
  const catalogue = catalogueOf(definitions);
  return levels.flatMap((level) => {
    const { path, fields } = partUnder(level, "options");
    return Object.keys(fields).flatMap((name) => {
      const option = catalogue.option(name);
      if (option?.vendorClass === undefined && option?.enterprise === undefined) return [];
      const length = option.encode(fields[name])?.length ?? 0;
      return length > 250
        ? [
            {
              path: [...path, name],
              found: `${length} octets`,
              expected: "a sub-option of 250 octets at most",
            },
          ]
        : [];
    });
  });
}

/** Of the definitions that can be read. */
export function catalogueOf(definitions: readonly Part[]): OptionCatalogue {
  return new OptionCatalogue(
    definitions.flatMap(({ fields }) => {
      const read = optionDefinition.safeParse(fields);
      return read.success ? [read.data] : [];
    }),
  );
}
