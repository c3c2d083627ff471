// Whatever the inventory says of a machine, its script has the lines, the words and the operators of the profile, or says why not.
import { SCRIPT_FORMATS, type ScriptFormat } from "@leasehold/network";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hostWith, networkWith, scriptFor } from "../../test/script-for.ts";

const NETWORKS = [
  `{ id: compute, kernel: "/{hostname}/k", initrds: ["/{role}/i"], arguments: ["a={label.rack} b={nid?}", "{group}"] }`,
  String.raw`{ id: compute, templates: { ipxe: "#!ipxe\nkernel {url}/{hostname} x={role} || goto {group}\necho {label.rack} {nid?}", grub: "echo {hostname} '{role}'; linux (tftp,{server})/{group} {label.rack}", pxelinux: "DEFAULT a\nLABEL a\n KERNEL {hostname}\n APPEND {role} {label.rack} {group}", "u-boot": "echo {hostname} {role}; setenv a '{group} {label.rack}'" } }`,
].map((profile) => networkWith(profile));

const nasty = fc.constantFrom(
  "||",
  "&&",
  ";",
  "\n",
  "\r",
  `\${`,
  "}",
  "#",
  "'",
  '"',
  "\\",
  " ",
  "\t",
  "--",
  "`",
  "$(",
  "\u2028",
  "\0",
);
const text = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9][a-z0-9._:,=/-]{0,9}$/) },
  fc.string({ unit: fc.oneof(nasty, fc.constantFrom("a", "1", "-", ".", "/")), maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const said = fc.record({
  hostname: text,
  role: text,
  rack: text,
  group: text,
  nid: fc.option(fc.nat(), { nil: undefined }),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

const PLAIN: Said = { hostname: "h", role: "r", rack: "k", group: "g", nid: 1 };

function scriptOf(
  network: (typeof NETWORKS)[number],
  { hostname, role, rack, group, nid }: Said,
  format: ScriptFormat,
) {
  const host = hostWith({
    hostname,
    role,
    groups: [group],
    labels: { rack },
    ...(nid === undefined ? {} : { nid }),
  });
  const { content, reason } = scriptFor(network, { host, arch: "arm64" }, format);
  return {
    reason,
    text: typeof content === "string" ? content : Buffer.from(content).subarray(72).toString("latin1"),
  };
}

/** Values apart, what is left is the same: how many lines, how many words in each, and what else than words there is. */
function shapeOf(script: string): string {
  return script.replaceAll(/[A-Za-z0-9._:,=/+@()?-]+/g, "w");
}

/** Before it, a line of each heading: who the machine is, which is said as far as it may be. */
function withoutHeading(script: string): string {
  return script.replaceAll(/^(echo '?|SAY )Leasehold: .*$/gm, "said");
}

test("a script has the same lines, words and operators whatever the values, or its machine is told why it has none", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...NETWORKS),
      fc.constantFrom(...SCRIPT_FORMATS),
      said,
      (network, format, values) => {
        const { text: script, reason } = scriptOf(network, values, format);
        const wanted =
          reason === undefined
            ? scriptOf(network, PLAIN, format)
            : scriptOf(network, { ...PLAIN, role: " " }, format);
        expect(shapeOf(withoutHeading(script))).toBe(shapeOf(withoutHeading(wanted.text)));
        for (const line of script.match(/^(echo '?|SAY )Leasehold: .*$/gm) ?? [])
          expect(line).toMatch(/^(echo '|echo |SAY )Leasehold: [A-Za-z0-9 .,:_/=+@()?${}-]*'?$/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there.
        expect(script).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\uffff]/);
      },
    ),
    { numRuns: 2000 },
  );
});

test("what is refused has a reason, and what is not refused stands in the script as it is", () => {
  fc.assert(
    fc.property(said, (values) => {
      const { text: script, reason } = scriptOf(NETWORKS[0]!, values, "ipxe");
      const isWord = (value: string) =>
        /^[A-Za-z0-9][A-Za-z0-9._:,=/-]*$/.test(value) && !/(^|\/)\.\.(\/|$)/.test(value);
      const words = [values.hostname, values.role, values.rack, values.group];
      expect(reason === undefined).toBe(words.every(isWord));
      if (reason === undefined) for (const word of words) expect(script).toContain(word);
    }),
  );
});
