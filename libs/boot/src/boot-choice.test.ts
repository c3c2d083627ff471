// Who is told what, and why: architectures, quirks, URLs, the order of the strategies. What real firmware sends and is answered as a
// whole is in the transcripts of apps/dhcpd.
import { ipv4, macFromBytes, optionByCode, parseIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import type { BootAnswer } from "./boot-answer.ts";
import { type BootChoice, bootChoice } from "./boot-choice.ts";
import type { BootClient } from "./boot-client.ts";
import type { BootPlace } from "./boot-place.ts";
import { BOOT_QUIRKS } from "./quirks.ts";

const ip = (text: string) => parseIpv4(text)!;

const CLIENT: BootClient = {
  mac: macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, 1))!,
  ...{ vendorClass: "PXEClient:Arch:00007:UNDI:003000", architectures: [7], userClasses: [], isIpxe: false },
  ...{ identifier: undefined, wants: new Uint8Array(0) },
};

const EXPLAIN: BootPlace["profile"] = {
  ...{ id: "explain", next: "explain", afterFailure: "reboot" },
  ...{ loaders: {}, initrds: [], arguments: [], templates: {} },
};

const PLACE: BootPlace = {
  settings: {
    enabled: true,
    urls: ["http://10.0.0.2:8069", "http://10.0.0.3:8069/x", "http://10.0.0.22"],
    nextServer: "node",
    script: "/s",
    loaders: { bios: "undionly.kpxe", "uefi-x64": "x64.efi", "uefi-arm64": "arm64.efi" },
    pxelinux: {},
    profile: "explain",
    unknown: "explain",
  },
  profile: EXPLAIN,
  ...{ node: ip("10.0.0.3"), serverIdentifier: undefined, address: ip("10.0.0.10") },
  ...{ subnet: "lan", hostname: undefined },
};

const choose = (client: Partial<BootClient>, settings: Partial<BootPlace["settings"]> = {}): BootChoice =>
  bootChoice({ ...CLIENT, ...client }, undefined, { ...PLACE, settings: { ...PLACE.settings, ...settings } });

const textOf = ({ options }: BootAnswer, name: string): string | undefined => {
  const octets = options.find(([code]) => optionByCode(code)?.name === name)?.[1];
  return octets && Buffer.from(octets).toString();
};

describe("architectures", () => {
  test.each<[string, number[], string | undefined]>([
    ["x86 BIOS", [0], "undionly.kpxe"],
    ["x64 UEFI", [7], "x64.efi"],
    ["x64 UEFI by the text of RFC 4578, before erratum 4624", [9], "x64.efi"],
    ["arm64 UEFI", [11], "arm64.efi"],
    ["several: the first that there is a loader for", [6, 10, 11, 7], "arm64.efi"],
    ["several, of which one is unknown", [99, 7], "x64.efi"],
    ["one without a loader", [6], undefined],
    ["an unknown one", [99], undefined],
  ])("%s", (_, architectures, file) => {
    expect(choose({ architectures }).answer?.file).toBe(file);
  });

  test("what is missing is said", () => {
    expect(choose({ architectures: [6] }).missing).toBe("boot.loaders has none for uefi-x86");
    expect(choose({ architectures: [99, 98] }).missing).toBe("nothing is known of architecture 99, 98");
    expect(choose({ architectures: [], vendorClass: "PXEClient" }).missing).toBe("it states no architecture");
    expect(choose({}, { enabled: false }).missing).toBe("boot.enabled is false");
    expect(choose({ vendorClass: "Linux ipconfig" }).missing).toBe("it does not ask for a boot");
  });
});

test("a loader of the profile counts before that of its place", () => {
  const profile = { ...EXPLAIN, loaders: { "uefi-x64": "shim.efi", "uefi-x86": "shim32.efi" } };
  const of = (architectures: number[]) =>
    bootChoice({ ...CLIENT, architectures }, undefined, { ...PLACE, profile }).answer?.file;
  expect([of([7]), of([6]), of([11])]).toEqual(["shim.efi", "shim32.efi", "arm64.efi"]);
});

describe("quirks", () => {
  const pi = {
    mac: macFromBytes(Uint8Array.of(0xdc, 0xa6, 0x32, 1, 2, 3))!,
    vendorClass: "PXEClient:Arch:00000:UNDI:002001",
  };

  test("a Raspberry Pi states to be x86 BIOS: it gets the menu that it looks for, and no loader for x86", () => {
    const { strategy, quirk, answer } = choose({ ...pi, architectures: [0] });
    expect([strategy, quirk?.name, answer?.file]).toEqual(["Raspberry Pi", "raspberry-pi-as-bios", ""]);
    expect(textOf(answer!, "vendorSpecificInformation")).toContain("Raspberry Pi Boot");
  });

  test.each([
    ["UEFI on it", { architectures: [11] }],
    ["iPXE on it", { architectures: [0], isIpxe: true }],
    ["another's hardware address", { mac: CLIENT.mac, architectures: [0] }],
  ])("not so %s", (_, client) => {
    expect(choose({ ...pi, ...client }).quirk).toBeUndefined();
  });

  test("without option 93 the five digits of option 60 count; U-Boot's hexadecimal ones never do", () => {
    const of = (vendorClass: string) => choose({ vendorClass, architectures: [] });
    expect(of("PXEClient:Arch:00011:UNDI:003000").answer?.file).toBe("arm64.efi");
    expect(of("PXEClient:Arch:0000b:UNDI:003000").answer).toBeUndefined();
    expect(
      choose({ vendorClass: "PXEClient:Arch:0000b:UNDI:003000", architectures: [11] }).quirk,
    ).toBeUndefined();
  });

  test("each says who says so", () => {
    for (const { what, source } of BOOT_QUIRKS)
      expect([what.length > 20, source.length > 10]).toEqual([true, true]);
  });
});

describe("the order of strategies", () => {
  test.each<[string, Partial<BootClient>]>([
    ["PXE", {}],
    ["iPXE", { isIpxe: true }],
    ["iPXE", { isIpxe: true, vendorClass: "HTTPClient:Arch:00016:UNDI:003010", architectures: [16] }],
    ["own loader", { isIpxe: true, userClasses: ["Leasehold"] }],
    ["HTTP boot", { vendorClass: "HTTPClient:Arch:00016:UNDI:003000", architectures: [16] }],
    ["U-Boot", { vendorClass: "U-Boot.armv8", architectures: [22] }],
  ])("%s", (name, client) => {
    expect(choose(client).strategy).toBe(name);
  });
});

describe("URLs", () => {
  const ofScript = (settings: Partial<BootPlace["settings"]>, client: Partial<BootClient> = {}) =>
    choose({ isIpxe: true, ...client }, settings).answer?.file;

  test("that of the node that answers, by its whole address", () => {
    expect(ofScript({})).toBe("http://10.0.0.3:8069/x/s");
    expect(ofScript({ urls: ["http://10.0.0.33", "http://10.0.0.3"] })).toBe("http://10.0.0.3/s");
  });

  test("that of the cluster's address, where this is the next server", () => {
    const urls = ["http://10.0.0.3:8069", "http://10.0.0.9:8069"];
    const of = (nextServer: "node" | "cluster", serverIdentifier: BootPlace["serverIdentifier"]) => {
      const place = { ...PLACE, serverIdentifier, settings: { ...PLACE.settings, urls, nextServer } };
      return bootChoice({ ...CLIENT, isIpxe: true }, undefined, place).answer?.file;
    };
    expect(of("cluster", ip("10.0.0.9"))).toBe("http://10.0.0.9:8069/s");
    expect(of("node", ip("10.0.0.9"))).toBe("http://10.0.0.3:8069/s");
    expect(of("cluster", ip("10.0.0.8"))).toBe("http://10.0.0.3:8069/s");
    expect(of("cluster", undefined)).toBe("http://10.0.0.3:8069/s");
  });

  test("else one by hardware address: the same for each node, and all are used", () => {
    const urls = ["http://a", "http://b", "http://c"];
    const told = Array.from({ length: 50 }, (_, i) => {
      const mac = macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, i))!;
      expect(ofScript({ urls }, { mac })).toBe(ofScript({ urls }, { mac }));
      return ofScript({ urls }, { mac });
    });
    expect(new Set(told)).toEqual(new Set(["http://a/s", "http://b/s", "http://c/s"]));
  });

  test("none, where there is none to put the path behind; a URL or a file needs none", () => {
    expect(choose({ isIpxe: true }, { urls: [] }).missing).toBe("boot.urls is not set");
    expect(ofScript({ urls: [], script: "http://bss/boot?mac={mac}" })).toBe(
      "http://bss/boot?mac=02:00:00:00:00:01",
    );
    expect(ofScript({ urls: [], script: "default" })).toBe("default");
  });

  test("HTTP boot has the loader behind it", () => {
    const client = { vendorClass: "HTTPClient:Arch:00019:UNDI:003000", architectures: [19] };
    expect(textOf(choose(client).answer!, "bootFileName")).toBe("http://10.0.0.3:8069/x/arm64.efi");
  });

  test("values are encoded, so that none of them adds anything to the URL; what iPXE fills in stays", () => {
    const place = {
      ...PLACE,
      hostname: `a b/../?&#{mac}\${net0/mac}`,
      settings: { ...PLACE.settings, script: `/{hostname}?{arch}&\${uuid}` },
    };
    expect(bootChoice({ ...CLIENT, isIpxe: true }, undefined, place).answer?.file).toBe(
      `http://10.0.0.3:8069/x/a%20b%2F..%2F%3F%26%23%7Bmac%7D%24%7Bnet0%2Fmac%7D?x86_64&\${uuid}`,
    );
  });

  test("a UUID as dmidecode shows it; a broken one is empty", () => {
    const identifier = Uint8Array.from(
      Buffer.from("0044454c4c4200103080 43b7c04f4e3732".replace(" ", ""), "hex"),
    );
    expect(ofScript({ script: "/{uuid}" }, { identifier })).toBe(
      "http://10.0.0.3:8069/x/4c4c4544-0042-3010-8043-b7c04f4e3732",
    );
    expect(ofScript({ script: "/{uuid}" }, { identifier: Uint8Array.of(0) })).toBe("http://10.0.0.3:8069/x/");
  });
});

test("siaddr: the node, the cluster, or an address", () => {
  const of = (
    nextServer: BootPlace["settings"]["nextServer"],
    serverIdentifier?: BootPlace["serverIdentifier"],
  ) =>
    bootChoice(CLIENT, undefined, { ...PLACE, serverIdentifier, settings: { ...PLACE.settings, nextServer } })
      .answer?.nextServer;
  expect([of("node"), of("cluster", ip("10.0.0.9")), of("cluster"), of(ipv4(7))]).toEqual([
    ...[PLACE.node, ip("10.0.0.9"), PLACE.node, 7],
  ]);
});
