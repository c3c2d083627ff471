// Boot profiles: what each does is clear, what it names is there, and who names one names one that there is.
import { adviceFrom, type Finding } from "@leasehold/document";
import { type Check, repeatedIds } from "../checks/check.ts";
import { itemsOf, type Part, partsIn, partUnder, textOf } from "../checks/parts.ts";
import type { Survey } from "../checks/survey.ts";
import { BUILT_IN_PROFILES } from "./boot-profile.ts";
import { commandWordMistakes } from "./command-words.ts";
import { SCRIPT_FORMATS, type ScriptFormat } from "./profile-schema.ts";
import { type ParsedTemplate, parseTemplate, TEMPLATE_VALUES, type TemplateMistake } from "./template.ts";

export const profileChecks: readonly Check[] = [ids, oneThingEach, kernelParts, templates, namedOnes];

const WAYS = ["kernel", "chain", "next", "proxy"] as const;

function profilesOf({ root }: Survey): readonly Part[] {
  return partsIn(partUnder(root, "boot"), "profiles");
}

function ids(survey: Survey): Finding[] {
  const profiles = profilesOf(survey);
  const builtIn = profiles.flatMap(({ path, fields }) =>
    BUILT_IN_PROFILES.includes(textOf(fields.id) ?? "")
      ? [
          {
            path: [...path, "id"],
            found: `"${fields.id}"`,
            expected: `an id other than ${BUILT_IN_PROFILES.join(", ")}, which are there already`,
          },
        ]
      : [],
  );
  return [...repeatedIds(profiles), ...builtIn];
}

function oneThingEach(survey: Survey): Finding[] {
  return profilesOf(survey).flatMap(({ path, fields, isMapping }) => {
    const ways = WAYS.filter((way) => fields[way] !== undefined);
    if (ways.length > 1) {
      const expected = `only one of ${WAYS.join(", ")}`;
      return [{ path: [...path, ways[1]!], found: `${ways.join(" and ")} together`, expected }];
    }
    if (!isMapping || ways.length === 1 || fields.templates !== undefined) return [];
    return [
      {
        path,
        found: "a profile that says nothing of what to run",
        expected: `one of ${WAYS.join(", ")}, templates`,
      },
    ];
  });
}

function kernelParts(survey: Survey): Finding[] {
  return profilesOf(survey).flatMap(({ path, fields }) =>
    (["initrds", "arguments"] as const)
      .filter((key) => fields[key] !== undefined && fields.kernel === undefined)
      .map((key) => ({
        path: [...path, key],
        found: `${key} without a kernel`,
        expected: "a kernel that gets them",
      })),
  );
}

interface PlacedText {
  readonly path: Finding["path"];
  readonly text: string;
  /** Undefined for a text of one line. */
  readonly format?: ScriptFormat;
}

function templates(survey: Survey): Finding[] {
  const meantBy = adviceFrom(TEMPLATE_VALUES);
  return profilesOf(survey)
    .flatMap(textsOf)
    .flatMap(({ path, text, format }) => {
      const parsed = parseTemplate(text, meantBy);
      const more = format === undefined ? strayBraces(text, parsed) : scriptMistakes(format, text, parsed);
      return [...parsed.mistakes, ...more].map((mistake) => ({ path, ...withLine(mistake, text, format) }));
    });
}

function textsOf(profile: Part): readonly PlacedText[] {
  const { path, fields } = profile;
  const proxy = partUnder(profile, "proxy");
  const own = partUnder(profile, "templates");
  const lists = (["initrds", "arguments"] as const).flatMap((key) =>
    itemsOf(fields[key]).map((value, i) => ({ path: [...path, key, i], value })),
  );
  const all = [
    ...(["kernel", "chain"] as const).map((key) => ({ path: [...path, key], value: fields[key] })),
    ...lists,
    { path: [...proxy.path, "url"], value: proxy.fields.url },
    ...SCRIPT_FORMATS.map((format) => ({ path: [...own.path, format], value: own.fields[format], format })),
  ];
  return all.flatMap(({ value, ...rest }) => (typeof value === "string" ? [{ ...rest, text: value }] : []));
}

function strayBraces(text: string, { template, mistakes }: ParsedTemplate): TemplateMistake[] {
  const plain = template.filter((piece) => typeof piece === "string").join("");
  if (mistakes.length > 0 || !/[{}]/.test(plain) || text.includes("{{")) return [];
  const expected = "braces in pairs, around the name of a value";
  return [{ offset: text.search(/[{}]/), found: `"${text}"`, expected }];
}

function scriptMistakes(format: ScriptFormat, text: string, parsed: ParsedTemplate): TemplateMistake[] {
  const mistakes = commandWordMistakes(format, parsed);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  const control = text.search(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  if (control >= 0) mistakes.push({ offset: control, found: "a control character", expected: "text" });
  // A BIOS machine takes what does not begin so for a program, and may hang in it.
  if (format === "ipxe" && !text.startsWith("#!ipxe\n"))
    mistakes.push({
      offset: 0,
      found: `"${text.split("\n", 1)[0]}"`,
      expected: "#!ipxe alone in the first line",
    });
  return mistakes;
}

/** In a document that comes by the API no line is known: then the script's own. */
function withLine(mistake: TemplateMistake, text: string, format: ScriptFormat | undefined): TemplateMistake {
  if (format === undefined) return mistake;
  const line = text.slice(0, mistake.offset).split("\n").length;
  return { ...mistake, found: `${mistake.found} in line ${line} of the script` };
}

function namedOnes(survey: Survey): Finding[] {
  const known = [
    ...BUILT_IN_PROFILES,
    ...profilesOf(survey).flatMap(({ fields }) => textOf(fields.id) ?? []),
  ];
  const meantBy = adviceFrom(known);
  return survey.levels.flatMap((level) => {
    const { path, fields } = partUnder(level, "boot");
    return (["profile", "unknown"] as const).flatMap((key) => {
      const id = textOf(fields[key]);
      if (id === undefined || known.includes(id)) return [];
      const meant = meantBy(id);
      const fix = meant === undefined ? {} : { fix: `Write "${meant}" if that was meant.` };
      return [{ path: [...path, key], found: `"${id}"`, expected: "the id of a boot profile", ...fix }];
    });
  });
}
