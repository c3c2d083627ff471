// How firmware and boot loaders are answered, a transcript each in ../transcripts/boot; and that nothing of it is there where it is not
// wanted. Only commit a change of a transcript if you understand what caused it.
import { formatIpv4, optionByCode, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { FIRMWARE, type Firmware, sentBy } from "../firmware.ts";
import { nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { alice, packetOf, SERVER, selecting, told, X } from "../wire.ts";

const BOOT = {
  urls: ["http://10.0.0.2:8069", "http://10.0.0.3:8069", "http://10.0.0.4:8069"],
  script: "/boot/ipxe?mac={mac}&uuid={uuid}&arch={arch}",
  loaders: {
    bios: "undionly.kpxe",
    "uefi-x64": "ipxe-x86_64.efi",
    "uefi-arm64": "ipxe-arm64.efi",
    "u-boot-arm64": "boot.img",
  },
};
const OPTIONS = { routers: ["10.0.0.1"], domainNameServers: ["10.0.0.2"], domainName: "hpc.example" };

const booting = (boot: object = BOOT, more: object = {}): TestNode =>
  nodeOn({ lan: { options: OPTIONS, boot, ...more } });

/** Of the reply what firmware looks at, and not what every client is told. */
function shown(reply: Packet): string {
  const plain = new Set([1, 3, 6, 15, 28, 51, 53, 54, 58, 59, 61]);
  const options = reply.codes().filter((code) => !plain.has(code));
  return [
    told(reply),
    `siaddr ${formatIpv4(reply.siaddr)}`,
    `file ${JSON.stringify(reply.file)}`,
    ...options.map((code) => `${code} ${optionByCode(code)?.name}: ${textOf(reply.raw(code)!)}`),
  ].join("\n      ");
}

function textOf(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString("latin1");
  return /^[\x20-\x7e]+$/.test(text)
    ? text
    : Buffer.from(octets)
        .toString("hex")
        .replace(/(..)(?=.)/g, "$1 ");
}

function scene(firmware: Firmware, node = booting()): string {
  const lines = [`# ${firmware.name}`];
  const say = (who: string, packet: Buffer) => {
    lines.push(`  ${who}`);
    const before = node.replies.length;
    node.receive(packet);
    for (const { packet: reply } of node.replies.slice(before)) lines.push(`    → ${shown(reply)}`);
  };
  say("DISCOVER", sentBy(firmware, "DISCOVER", alice));
  const requested = formatIpv4(node.replies[0]!.packet.yiaddr);
  say("REQUEST", sentBy(firmware, "REQUEST", alice, { requested, server: SERVER }));
  return `${lines.join("\n")}\n`;
}

test.each(Object.entries(FIRMWARE))("%s", async (name, firmware) => {
  await expect(scene(firmware)).toMatchFileSnapshot(`../transcripts/boot/${name}.txt`);
});

test.each(Object.entries(FIRMWARE))(
  "%s: no `boot` in the document, nothing of it on the wire",
  (_, firmware) => {
    const node = nodeOn({
      lan: {
        options: { ...OPTIONS, bootFileName: "by-settings" },
        server: { nextServer: "10.0.0.8", file: "f" },
      },
    });
    node.receive(sentBy(firmware, "DISCOVER", alice));
    node.receive(sentBy(firmware, "REQUEST", alice, { requested: X, server: SERVER }));
    expect(node.replies).toHaveLength(2);
    for (const { packet } of node.replies) {
      expect([formatIpv4(packet.siaddr), packet.file]).toEqual(["10.0.0.8", "f"]);
      expect([43, 60, 66, 97, 175, 209, 210].filter((code) => packet.has(code))).toEqual([]);
    }
  },
);

test.each(Object.entries(FIRMWARE))("%s: nothing of it on a renewal", (_, firmware) => {
  const node = booting();
  node.receive(sentBy(firmware, "REQUEST", alice, selecting()));
  node.receive(sentBy(firmware, "REQUEST", alice, { ciaddr: X }), false);
  const { packet } = node.replies.at(-1)!;
  expect([packet.siaddr, packet.file]).toEqual([0, ""]);
  expect([43, 60, 66, 67, 97, 175].filter((code) => packet.has(code))).toEqual([]);
});

test("no firmware is told option 60 without 43 where 43 is what ends its questions", () => {
  for (const firmware of Object.values(FIRMWARE)) {
    const node = booting();
    node.receive(sentBy(firmware, "DISCOVER", alice));
    const { packet } = node.replies[0]!;
    const vendorClass = packet.get("vendorClassIdentifier");
    expect([firmware.name, packet.has(43)]).toEqual([firmware.name, vendorClass === "PXEClient"]);
  }
});

test("what the settings say of the same fields gives way, as a whole", () => {
  const settings = {
    options: {
      ...OPTIONS,
      bootFileName: "by-settings",
      tftpServerName: "by-settings",
      vendorSpecificInformation: "0x0102",
    },
    server: { nextServer: "10.0.0.8", name: "by-settings", file: "by-settings" },
  };
  const told = (firmware: Firmware) => {
    const node = booting(BOOT, settings);
    node.receive(sentBy(firmware, "DISCOVER", alice));
    return node.replies[0]!.packet;
  };
  for (const firmware of [
    FIRMWARE["ovmf-pxe"],
    FIRMWARE["ovmf-http"],
    FIRMWARE["ipxe-rom"],
    FIRMWARE["u-boot-first"],
  ])
    expect(Buffer.from(told(firmware).bytes).includes("by-settings"), firmware.name).toBe(false);
  expect(told(FIRMWARE.klibc).file).toBe("by-settings");
});

test("a machine that boots again and again is counted, and an alarm names it; retransmissions are no boots", () => {
  const node = booting();
  for (let i = 0; i < 5; i++) {
    expect(node.world.alarms.has("boot-loop")).toBe(false);
    for (let copy = 0; copy < 3; copy++)
      node.receive(sentBy(FIRMWARE["ovmf-pxe"], "REQUEST", alice, selecting(X, { xid: i })));
    node.clock.pass(150);
  }
  expect(node.world.alarms.sentences).toEqual([
    expect.stringContaining(`${alice.mac} boots again and again: the server answered it as PXE 5 times`),
  ]);
  expect(node.counted("anomalies")).toMatchObject({ "boot-loop": 1 });
});

describe("the document", () => {
  const scriptOf = (node: TestNode) => {
    node.receive(sentBy(FIRMWARE["ipxe-rom"], "DISCOVER", alice));
    return node.replies.at(-1)!.packet;
  };

  test("the nearest level counts, field by field", () => {
    const node = nodeOn({
      lan: {
        boot: { script: "/lan" },
        reservations: [{ mac: alice.mac, boot: { script: "/own/{mac}/{address}/{subnet}" } }],
      },
      document: { defaults: { boot: { urls: BOOT.urls, script: "/all", nextServer: "10.0.0.9" } } },
    });
    const { file, siaddr, yiaddr } = scriptOf(node);
    const own = `/own/${alice.mac}/${formatIpv4(yiaddr)}/lan`;
    expect([file, formatIpv4(siaddr)]).toEqual([`http://10.0.0.2:8069${own}`, "10.0.0.9"]);
  });

  test("what the inventory knows is in the script; what nobody knows is empty", () => {
    const node = booting({ ...BOOT, script: "/{xname}/{hostname}?nid={nid}" });
    expect(scriptOf(node).file).toBe("http://10.0.0.2:8069//?nid=");
    node.setHost("x1000c0s0b0n0", alice, "10.0.0.50");
    expect(scriptOf(node).file).toBe("http://10.0.0.2:8069/x1000c0s0b0n0/x1000c0s0b0n0?nid=");
  });

  test("`enabled: false` for a class: what the settings say", () => {
    const node = nodeOn({
      lan: { boot: BOOT, server: { file: "by-settings" } },
      document: { classes: [{ id: "off", match: { mac: alice.mac }, boot: { enabled: false } }] },
    });
    expect(scriptOf(node).file).toBe("by-settings");
  });

  test("a profile has loaders of its own, for the known machines or the unknown ones that it is for", () => {
    const loaderOf = (node: TestNode) => {
      node.receive(sentBy(FIRMWARE["ovmf-pxe"], "DISCOVER", alice));
      return node.replies.at(-1)!.packet.file;
    };
    const profiles = [
      { id: "compute", kernel: "/k", loaders: { "uefi-x64": "shim.efi" } },
      { id: "discover", kernel: "/k", loaders: { "uefi-x64": "discover.efi" } },
    ];
    const node = nodeOn({
      lan: { boot: { ...BOOT, profile: "compute", unknown: "discover" } },
      document: { boot: { profiles } },
    });
    expect(loaderOf(node)).toBe("discover.efi");
    node.setHost("x1000c0s0b0n0", alice, "10.0.0.50");
    expect(loaderOf(node)).toBe("shim.efi");
  });

  test("with a profile, the script is where scripts are served, unless it is set", () => {
    const { script: _, ...boot } = BOOT;
    const node = booting({ ...boot, profile: "local-disk" });
    expect(scriptOf(node).file).toBe(`http://10.0.0.2:8069/boot/ipxe?mac=${alice.mac}&arch=i386`);
    expect(scriptOf(booting(boot)).file).toBe("");
  });

  test("pxelinux is told its files, which nobody asks for", () => {
    const pxelinux = { configFile: "my/conf.cfg", pathPrefix: "/srv/" };
    const node = booting({ ...BOOT, script: "pxelinux.0", pxelinux });
    const packet = scriptOf(node);
    expect([packet.file, packet.get("configurationFile"), packet.get("pathPrefix")]).toEqual([
      "pxelinux.0",
      "my/conf.cfg",
      "/srv/",
    ]);
  });

  test("a script too long for `file` stands in option 67, and `file` is empty", () => {
    const node = booting({ ...BOOT, script: `/${"s".repeat(180)}` });
    const packet = scriptOf(node);
    expect([packet.file, packet.get("bootFileName")]).toEqual([
      "",
      `http://10.0.0.2:8069/${"s".repeat(180)}`,
    ]);
  });

  test("a client of no loader, or no script, is told what the settings say", () => {
    const node = nodeOn({
      lan: { boot: { loaders: { bios: "undionly.kpxe" } }, server: { file: "by-settings" } },
    });
    node.receive(sentBy(FIRMWARE["ovmf-pxe"], "DISCOVER", alice));
    expect(node.replies.at(-1)!.packet.file).toBe("by-settings");
    expect(scriptOf(node).file).toBe("by-settings");
  });

  test("an operating system is told nothing of it", () => {
    const node = booting();
    node.receive(packetOf("DISCOVER", alice, { wants: [1, 66, 67] }));
    const { packet } = node.replies[0]!;
    expect([packet.siaddr, packet.file, packet.has(67)]).toEqual([0, "", false]);
  });
});
