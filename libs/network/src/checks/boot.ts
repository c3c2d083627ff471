// `boot:`: what a script may name, and what else the document must say for it.

import { adviceFrom, type Finding } from "@leasehold/document";
import { DEFAULT_SCRIPT, SCRIPT_VALUES } from "../document/boot-schema.ts";
import type { Check } from "./check.ts";
import { type Part, partUnder, textOf } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const bootLevelChecks: readonly Check[] = [namesInScripts, clusterAsNextServer];
export const bootChecks: readonly Check[] = [pathsWithoutUrls];

const meantBy = adviceFrom(SCRIPT_VALUES);

function scriptOf(level: Part): { readonly path: Part["path"]; readonly script: string } | undefined {
  const { path, fields } = partUnder(level, "boot");
  const script = textOf(fields.script);
  return script === undefined ? undefined : { path: [...path, "script"], script };
}

function namesInScripts({ levels }: Survey): Finding[] {
  return levels.flatMap((level) => {
    const one = scriptOf(level);
    if (one === undefined) return [];
    const { path, script } = one;
    const rest = script.replaceAll(/\$\{[^{}]*\}/g, "");
    const names = [...rest.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);
    const wrong = names.filter((name) => !SCRIPT_VALUES.some((known) => known === name));
    const expected = `one of {${SCRIPT_VALUES.join("}, {")}}`;
    return [
      ...wrong.map((name) => {
        const meant = meantBy(name);
        return {
          ...{ path, found: `{${name}}`, expected },
          ...(meant === undefined ? {} : { fix: `Write "{${meant}}" if that was meant.` }),
        };
      }),
      ...(/[{}]/.test(rest.replaceAll(/\{[^{}]*\}/g, ""))
        ? [{ path, found: `"${script}"`, expected: "braces in pairs, around the name of a value" }]
        : []),
    ];
  });
}

function clusterAsNextServer({ levels, serverIdentifier }: Survey): Finding[] {
  if (serverIdentifier !== undefined) return [];
  return levels.flatMap((level) => {
    const { path, fields } = partUnder(level, "boot");
    if (fields.nextServer !== "cluster") return [];
    return [
      {
        path: [...path, "nextServer"],
        found: "cluster, in a document without cluster.serverIdentifier.address",
        expected: "node, or an IPv4 address",
        fix: "Give the cluster an address of its own (cluster.serverIdentifier), or write node.",
      },
    ];
  });
}

/** The default of `script`, where a profile is chosen. */
function scriptOfProfile(level: Part): ReturnType<typeof scriptOf> {
  const { path, fields } = partUnder(level, "boot");
  const key = ["profile", "unknown"].find((one) => fields[one] !== undefined);
  return key === undefined ? undefined : { path: [...path, key], script: DEFAULT_SCRIPT };
}

/** Which levels a client is under is not known here: urls anywhere will do. */
function pathsWithoutUrls({ levels }: Survey): Finding[] {
  if (levels.some((level) => partUnder(level, "boot").fields.urls !== undefined)) return [];
  return levels.flatMap((level) => {
    const one = scriptOf(level) ?? scriptOfProfile(level);
    if (one === undefined || !one.script.startsWith("/")) return [];
    return [
      {
        path: one.path,
        found: `"${one.script}", in a document without boot.urls`,
        expected: "a URL, or urls that the path is put behind",
        fix: "Write boot.urls, a URL for each node.",
      },
    ];
  });
}
