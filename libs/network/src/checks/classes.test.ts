import { describe, expect, test } from "vitest";
import { holds, inClass, type Rule, told } from "../../test/problems.ts";

describe("classes", () => {
  test.each<Rule>([
    ["{}", "match: found {}, expected a matcher with one key: one of all, any, not,"],
    [
      "{ arch: 7, known: true }",
      "match.known: found arch and known together, expected one key for each matcher. Put them into a list under all (or any).",
    ],
    ["{ all: [{ arch: 7, known: true }] }", "match.all[0].known: found arch and known together"],
    ["{ all: [] }", "match.all: found [], expected one matcher at least."],
    ["{ vendor: PXE }", 'match.vendor: found an unknown key "vendor"'],
    [
      "{ vendorClass: {} }",
      "vendorClass: found {}, expected a comparison: one of equals, prefix or contains.",
    ],
    ["{ vendorClass: { equals: a, prefix: b } }", "vendorClass.prefix: found equals and prefix together"],
    ["{ relay: {} }", "relay: found {}, expected a field: one of giaddr, circuitId,"],
    [
      "{ subnet: lab }",
      'match.subnet: found "lab", expected the id of a subnet. Write "lan" if that was meant.',
    ],
    [
      "{ class: a }",
      'match.class: found "a", the class itself, expected a class that stands before this one.',
    ],
    ["{ class: z }", 'match.class: found "z", expected the id of a class that stands before this one.'],
    [
      "{ option: { exists: true } }",
      'option: found {"exists":true}, expected an option: one of name or code.',
    ],
    ["{ option: { code: 5 } }", 'option: found {"code":5}, expected what to look for: one of exists,'],
    [
      "{ option: { name: routes, exists: true } }",
      'option.name: found "routes", expected the name of an option.',
    ],
    ["{ option: { name: interfaceMtu, equals: [] } }", "option.equals: found [], expected a whole number"],
  ])("%s", (match, ...messages) => holds(inClass(match), messages));

  test("stand before those that refer to them, have ids of their own, and none of ours", () => {
    const classes = [
      "{ id: a, match: { class: b } }",
      "{ id: b, match: { arch: 0 } }",
      "{ id: b, match: { arch: 1 } }",
      "{ id: known, match: { arch: 1 } }",
    ];
    holds(told(`classes: [${classes.join(", ")}]`), [
      'match.class: found "b", which stands later, expected a class that stands before this one. Move "b" before "a": classes are looked at in their order.',
      'classes[2].id: found "b" again, expected an id of its own (classes[1] has this one).',
      'classes[3].id: found "known", expected an id other than any, known, unknown, ignore, which mean something already.',
    ]);
  });
});

describe("classes that nobody can be in", () => {
  test.each<readonly [match: string, why: string]>([
    ["{ all: [{ known: true }, { known: false }] }", "known: true together with known: false"],
    ["{ all: [{ known: true }, { not: { known: true } }] }", "known: true together with known: false"],
    ["{ all: [{ role: x }, { arch: 7 }, { role: [y, z] }] }", 'role: x together with role: ["y","z"]'],
    [
      "{ all: [{ all: [{ arch: 7 }] }, { not: { any: [{ arch: 7 }, { arch: 0 }] } }] }",
      "arch: 7 together with not: { arch: 7 }",
    ],
    ["{ all: [{ known: false }, { group: a }] }", "known: false together with group: a, which only hosts"],
    ["{ all: [{ mac: 02:00:00:00:00:01 }, { mac: 02-00-00-00-00-02 }] }", "mac:"],
    [
      "{ all: [{ known: true }, { any: [{ known: false }, { not: { known: true } }] }] }",
      "known: true together",
    ],
    ["{ not: { any: [{ known: true }, { known: false }] } }", "known: false together with known: true"],
    ["{ all: [{ vendorClass: a }, { vendorClass: { equals: b } }] }", "vendorClass: a together with"],
    ["{ all: [{ label: { a: x, b: y } }, { label: { b: z } }] }", "label:"],
    ["{ all: [{ option: { code: 5, exists: true } }, { option: { code: 5, exists: false } }] }", "option:"],
  ])("%s", (match, why) => {
    holds(inClass(match), [`classes[0].match: found what nobody can match: ${why}`]);
  });

  test.each([
    "{ any: [{ known: true }, { known: false }] }",
    "{ all: [{ role: [x, y] }, { role: [y, z] }, { role: y }] }",
    "{ all: [{ arch: 7 }, { arch: 11 }] }",
    "{ all: [{ group: a }, { group: b }] }",
    "{ not: { all: [{ known: true }, { known: false }] } }",
    "{ all: [{ mac: 02:00:00:00:00:01 }, { mac: 02-00-00-00-00-01 }] }",
    "{ all: [{ known: true }, { any: [{ known: false }, { arch: 7 }] }] }",
  ])("but somebody in %s", (match) => {
    expect(inClass(match)).toEqual([]);
  });

  test("are told once, and those that refer to them are not told as well", () => {
    const classes = [
      "{ id: a, match: { all: [{ known: true }, { known: false }] } }",
      "{ id: b, match: { class: a } }",
      "{ id: c, match: { role: x } }",
      "{ id: d, match: { all: [{ class: c }, { role: y }] } }",
    ];
    holds(told(`classes: [${classes.join(", ")}]`), [
      "classes[0].match: found what nobody can match",
      "classes[3].match: found what nobody can match: role: x together with role: y",
    ]);
  });
});
