// Libraries are pure, and IO has an address: where clocks, randomness, files and sockets may be touched.
import { importsOf } from "./imports.ts";
import { type Finding, isTest, type Rule } from "./repository.ts";

/** These are the shell's libraries: they talk to NATS, to the process, to the machine's network interfaces, and to TFTP clients. */
const IMPURE_LIBS =
  /^libs\/(bus\/|daemon\/|link\/|lease-store\/src\/jetstream-store\.ts$|tftp\/src\/server\/)/;

const EFFECTS: readonly (readonly [RegExp, string])[] = [
  [
    /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bhrtime\b/g,
    "reads a clock: take `now`",
  ],
  [
    /\bMath\.random\b|\bcrypto\.random\w+|\brandom(UUID|Bytes|Int)\b|\bgetRandomValues\b/g,
    "is random: take the number",
  ],
  [/\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/g, "sets a timer: return what should happen when"],
  [/\bprocess\.|\bconsole\./g, "reaches for the process: that belongs to an app"],
  [/\bfetch\(/g, "talks to the network: that belongs to an app"],
];

const FORBIDDEN_IN_LIBS =
  /^node:(fs|net|dgram|dns|tls|https?|http2|child_process|worker_threads|timers|os|process|crypto)\b/;
const IO_MODULES = /^(node:(fs|net|dgram|dns|tls|https?|http2|child_process)(\/|$)|koffi$|fastify$)/;
const IO_PLACES = /^apps\/[^/]+\/src\/(io\/|main\.ts$)/;

export const pureLibraries: Rule = {
  name: "libs read no clock, no randomness, no file and no socket",
  check: ({ code }) =>
    [...code].flatMap(([file, { bare, withStrings }]) => {
      if (!/^libs\/[^/]+\/src\//.test(file) || isTest(file) || IMPURE_LIBS.test(file)) return [];
      const imports = importsOf(withStrings)
        .filter(({ from, typeOnly }) => !typeOnly && FORBIDDEN_IN_LIBS.test(from))
        .map(({ from, line }): Finding => ({ file, what: `line ${line}: imports ${from}` }));
      return [...imports, ...EFFECTS.flatMap(([pattern, why]) => uses(file, bare, pattern, why))];
    }),
};

export const ioPlaces: Rule = {
  name: "in apps, IO is in src/io and main.ts",
  check: ({ code }) =>
    [...code].flatMap(([file, { withStrings }]) => {
      if (!/^apps\/[^/]+\/src\//.test(file) || isTest(file) || IO_PLACES.test(file)) return [];
      return importsOf(withStrings)
        .filter(({ from, typeOnly }) => !typeOnly && IO_MODULES.test(from))
        .map(({ from, line }) => ({ file, what: `line ${line}: imports ${from}` }));
    }),
};

function uses(file: string, bare: string, pattern: RegExp, why: string): Finding[] {
  return [...bare.matchAll(pattern)].map((match) => ({
    file,
    what: `line ${bare.slice(0, match.index).split("\n").length}: ${match[0]} ${why}`,
  }));
}
