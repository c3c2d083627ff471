// `boot:` in a document: what is wrong with it, in words, and what it comes to.
import { describe, expect, test } from "vitest";
import { networkOf, problemsOf } from "../../test/client.ts";

const around = (boot: string, more = "") => `version: 1
${more}
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    pools: [{ range: 10.0.0.10-10.0.0.19 }]
    boot: ${boot}
`;

describe("what is wrong with it", () => {
  test.each<[string, string, RegExp]>([
    ["a value that no script has", "{ script: 'http://a/?m={mca}' }", /boot\.script.*\{mca\}.*\{mac\}/s],
    ["a brace too many", "{ script: 'http://a/{mac' }", /boot\.script.*braces in pairs/s],
    ["a path, and no URL anywhere", "{ script: /ipxe }", /boot\.script.*boot\.urls/s],
    ["no URL", "{ urls: ['10.0.0.2:8069'] }", /boot\.urls\[0\].*a URL like/s],
    ["a URL with a query", "{ urls: ['http://10.0.0.2/?a=b'] }", /boot\.urls\[0\].*without \? and #/s],
    ["a URL with a name and password", "{ urls: ['http://a:b@10.0.0.2'] }", /boot\.urls\[0\].*a URL like/s],
    ["an empty list", "{ urls: [] }", /boot\.urls.*at least one URL/s],
    ["one URL that is no list", "{ urls: 'http://10.0.0.2' }", /boot\.urls/],
    ["an architecture that is none", "{ loaders: { uefi-x65: a.efi } }", /loaders.*uefi-x65.*uefi-x64/s],
    ["a loader that is a URL", "{ loaders: { bios: 'http://a/b' } }", /loaders\.bios.*name of a file/s],
    ["a loader with a space", "{ loaders: { bios: 'a b' } }", /loaders\.bios.*without spaces/s],
    ["the address of a cluster that has none", "{ nextServer: cluster }", /nextServer.*serverIdentifier/s],
    ["no address", "{ nextServer: boot.example }", /nextServer.*node, cluster, or an IPv4 address/s],
    ["a mistyped key", "{ nextServr: node }", /nextServr.*nextServer/s],
  ])("%s", (_, boot, words) => {
    expect(problemsOf(around(boot)).join("\n")).toMatch(words);
  });

  test("none of it in what is right", () => {
    const boot = `{ urls: ['http://boot.hpc.example:8069/b', 'https://10.0.0.3'], script: '/{mac}/\${uuid}', nextServer: cluster }`;
    const cluster = "cluster: { serverIdentifier: { mode: external, address: 10.0.0.2 } }";
    expect(problemsOf(around(boot, cluster))).toEqual([]);
  });
});

test("no level says anything of it: no settings of it", () => {
  const network = networkOf(around("{}"));
  expect(network.settingsFor(network.subnet("lan")!, undefined, [], undefined).boot).toBeUndefined();
});

test("each field is inherited by itself, each loader too; what clients boot from is no pool's to give", () => {
  const network = networkOf(
    around(
      "{ loaders: { uefi-x64: lan.efi }, nextServer: 10.0.0.12 }",
      "defaults: { boot: { urls: ['http://10.0.0.11:8069/'], loaders: { bios: all.kpxe, uefi-x64: all.efi } } }",
    ),
  );
  const lan = network.subnet("lan")!;
  expect(network.settingsFor(lan, undefined, [], undefined).boot).toMatchObject({
    ...{ enabled: true, urls: ["http://10.0.0.11:8069"], nextServer: 0x0a00000c },
    loaders: { bios: "all.kpxe", "uefi-x64": "lan.efi" },
  });
  expect([0x0a00000b, 0x0a00000c, 0x0a00000d].map((one) => lan.pools[0]!.contains(one as never))).toEqual([
    ...[false, false, true],
  ]);
});
