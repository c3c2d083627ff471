// Boot profiles in a document: what is wrong with them, where, and what to write.
import { describe, expect, test } from "vitest";
import { networkOf, problemsOf } from "../../test/client.ts";

const around = (profiles: string, boot = "{}") => `version: 1
defaults: { boot: { urls: ['http://10.0.0.11:8069'] } }
boot:
  profiles: ${profiles}
subnets:
  - { id: lan, prefix: 10.0.0.0/24, boot: ${boot} }
`;

describe("what is wrong with one", () => {
  test.each<[string, string, RegExp]>([
    ["nothing to run", "[{ id: a }]", /profiles\[0\]: .*nothing of what to run.*one of kernel, chain/],
    ["two ways", "[{ id: a, kernel: /k, next: reboot }]", /profiles\[0\].next: .*kernel and next together/],
    ["a step that is none", "[{ id: a, next: rebot }]", /next: .*local-disk, next-device, reboot/],
    ["one that is there already", "[{ id: reboot, kernel: /k }]", /id: .*other than local-disk/],
    ["the same id again", "[{ id: a, kernel: /k }, { id: a, kernel: /k }]", /profiles\[1\].id: .*again/],
    ["a kernel that is no path", "[{ id: a, kernel: vmlinuz }]", /kernel: .*a path like/],
    ["a kernel with a space", "[{ id: a, kernel: '/a b' }]", /kernel: .*without spaces/],
    ["a setting of iPXE in it", `[{ id: a, kernel: "/\${mac}" }]`, /kernel: .*a path like/],
    ["another server by a path", "[{ id: a, proxy: { url: /x } }]", /proxy\.url: .*a URL like/],
    ["arguments without a kernel", "[{ id: a, chain: /c, arguments: [x] }]", /arguments: .*without a kernel/],
    [
      "an operator",
      "[{ id: a, kernel: /k, arguments: ['x || reboot'] }]",
      /arguments\[0\]: .*kernel arguments/,
    ],
    ["an operator at the end", "[{ id: a, kernel: /k, arguments: ['x', '&&'] }]", /arguments\[1\]: .*kernel/],
    ["a comment", "[{ id: a, kernel: /k, arguments: ['x #y'] }]", /arguments\[0\]: .*kernel arguments/],
    ["a quote", '[{ id: a, kernel: /k, arguments: ["it\'s"] }]', /arguments\[0\]: .*without quotes/],
    ["an unknown value", "[{ id: a, kernel: '/{arhc}/k' }]", /4:33: .*\{arhc\}.*Write "\{arch\}"/],
    ["a brace too many", "[{ id: a, kernel: '/{arch/k' }]", /4:33: .*braces in pairs/],
    ["nothing in front of a script", "[{ id: a, templates: { ipxe: 'shell' } }]", /ipxe: .*#!ipxe alone/],
    ["a mistyped key", "[{ id: a, kernal: /k }]", /kernal.*Write "kernel"/],
    [
      "an answer waited for too long",
      "[{ id: a, proxy: { url: /x, timeoutMs: 1e6 } }]",
      /timeoutMs: .*30000/,
    ],
  ])("%s", (_, profiles, words) => {
    expect(problemsOf(around(profiles)).join("\n")).toMatch(words);
  });

  test.each<[string, string, RegExp]>([
    ["a mistyped one", "{ profile: computee }", /boot\.profile: .*"computee".*Write "compute"/],
    ["a mistyped step", "{ unknown: rebot }", /boot\.unknown: .*"rebot".*Write "reboot"/],
  ])("who names one: %s", (_, boot, words) => {
    expect(problemsOf(around("[{ id: compute, kernel: /k }]", boot)).join("\n")).toMatch(words);
  });

  test("a profile, and no URL anywhere", () => {
    const text = "version: 1\nsubnets: [{ id: lan, prefix: 10.0.0.0/24, boot: { profile: reboot } }]";
    expect(problemsOf(text).join("\n")).toMatch(/boot\.profile: .*without boot\.urls/);
  });

  test("too many, too long", () => {
    const many = Array.from({ length: 257 }, (_, i) => `{ id: p${i}, next: reboot }`).join(", ");
    expect(problemsOf(around(`[${many}]`)).join("\n")).toMatch(/profiles: .*at most 256/);
    const long = `#!ipxe\\n${"x".repeat(16_384)}`;
    expect(problemsOf(around(`[{ id: a, templates: { ipxe: "${long}" } }]`)).join("\n")).toMatch(
      /at most 16384/,
    );
  });
});

describe("where in a script", () => {
  const script = (lines: readonly string[], format = "ipxe") =>
    around(
      `\n    - id: a\n      templates:\n        ${format}: |\n${lines.map((line) => `          ${line}`).join("\n")}`,
    );

  test("line and column of the file, in a block too", () => {
    const text = script(["#!ipxe", "", "  echo {hostnam} and {mca}", "echo {mac}"]);
    expect(problemsOf(text).map((one) => one.split(" ")[0])).toEqual(["10:18:", "10:32:"]);
    expect(problemsOf(text)[0]).toContain("{hostnam} in line 3 of the script");
  });

  test.each<[string, string, string, string | undefined]>([
    ["ipxe", "the first word", "{label.do} x", "9:11:"],
    ["ipxe", "a label", ":{role}", "9:12:"],
    ["ipxe", "after an operator", "true || {role} x", "9:19:"],
    ["ipxe", "after &&", "true && x{role}", "9:20:"],
    ["ipxe", "behind a command", "echo {role} ||", undefined],
    ["ipxe", "in a line that goes on", "echo \\\n          {role}", undefined],
    ["grub", "after a semicolon", "true;{role}", "9:16:"],
    ["grub", "after then", "if true; then {role}; fi", "9:25:"],
    ["grub", "in a block", "menuentry x { {role} }", "9:25:"],
    ["grub", "a device", "linux (tftp,{server})/{role}", undefined],
    ["pxelinux", "a keyword", "{role} x", "9:11:"],
    ["pxelinux", "behind a keyword", "KERNEL {role}", undefined],
    ["u-boot", "after an operator", "true||{role}", "9:17:"],
  ])("a value in the place of a command: %s, %s", (format, _, line, place) => {
    const first = format === "ipxe" ? "#!ipxe" : "echo";
    expect(problemsOf(script([first, line], format)).map((one) => one.split(" ")[0])).toEqual(
      place === undefined ? [] : [place],
    );
  });
});

test("what is right compiles, and its own steps are profiles", () => {
  const network = networkOf(
    around(
      "[{ id: a, kernel: 'http://x/{arch}', initrds: [/i], arguments: ['a={mac} ds=nocloud;s=http://x/'] }]",
    ),
  );
  expect(network.bootProfile("a")).toMatchObject({ initrds: [["/i"]], afterFailure: "reboot" });
  expect(network.bootProfile("local-disk")?.next).toBe("local-disk");
  expect(network.bootProfile("b")).toBeUndefined();
});
