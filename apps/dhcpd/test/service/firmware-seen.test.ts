// What real firmware did, by the numbers of the list "firmware-seen": those that concern what DHCP says. The others are in apps/bootd/test (7–11).
import { formatIpv4, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { FIRMWARE, type Firmware, sentBy } from "../firmware.ts";
import { nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { alice, bob, packetOf, SERVER, selecting, told, X } from "../wire.ts";

const BOOT = {
  urls: ["http://10.0.0.2:8069"],
  script: "/boot/ipxe?mac={mac}",
  loaders: { bios: "undionly.kpxe", "uefi-x64": "ipxe.efi", "uefi-arm64": "arm64.efi" },
};
const IPXE = [
  FIRMWARE["ipxe-rom"],
  FIRMWARE.undionly,
  FIRMWARE["ipxe-2-efi"],
  FIRMWARE["undionly-2"],
  FIRMWARE["ipxe-efi"],
];

const booting = (boot: object = BOOT): TestNode => nodeOn({ lan: { boot } });

function offerTo(firmware: Firmware, node = booting()): Packet {
  node.receive(sentBy(firmware, "DISCOVER", alice));
  return node.replies.at(-1)!.packet;
}

const hex = (packet: Packet, code: number) => Buffer.from(packet.raw(code) ?? []).toString("hex");

describe("firmware-seen 1: option 60 and option 43 with what ends the questions to port 4011, or neither", () => {
  test.each([FIRMWARE["ovmf-pxe"], FIRMWARE["aavmf-pxe"]])("$name: both", (firmware) => {
    const offer = offerTo(firmware);
    expect([offer.get("vendorClassIdentifier"), hex(offer, 43)]).toEqual(["PXEClient", "060108ff"]);
  });

  test.each(IPXE)("$name, which asks four times for 60 alone: neither", (firmware) => {
    const offer = offerTo(firmware);
    expect([offer.has(60), offer.has(43)]).toEqual([false, false]);
  });
});

describe("firmware-seen 2: the URL where the client looks first", () => {
  test.each([FIRMWARE["ovmf-http"], FIRMWARE["aavmf-http"]])("$name: 67, and 60 always", (firmware) => {
    const { file, ...offer } = { file: offerTo(firmware).file, packet: offerTo(firmware) };
    expect(offer.packet.get("bootFileName")).toMatch(/^http:\/\/10\.0\.0\.2:8069\/(ipxe|arm64)\.efi$/);
    expect([offer.packet.get("vendorClassIdentifier"), file]).toEqual(["HTTPClient", ""]);
  });

  test.each(IPXE)("$name: `file`, and nothing in 67", (firmware) => {
    const offer = offerTo(firmware);
    expect([offer.file, offer.has(67)]).toEqual([`http://10.0.0.2:8069/boot/ipxe?mac=${alice.mac}`, false]);
  });
});

test.each(IPXE)(
  "firmware-seen 3: $name is told to ask no other server (175.176), in OFFER and ACK",
  (firmware) => {
    const node = booting();
    expect(hex(offerTo(firmware, node), 175)).toContain("b00101");
    node.receive(sentBy(firmware, "REQUEST", alice, { requested: X, server: SERVER }));
    expect(told(node.replies.at(-1)!.packet)).toMatch(/^ACK/);
    expect(hex(node.replies.at(-1)!.packet, 175)).toContain("b00101");
  },
);

test.each([FIRMWARE["ovmf-pxe"], ...IPXE])(
  "firmware-seen 4: $name gets siaddr with a file name that is no URL",
  (firmware) => {
    const offer = offerTo(firmware, booting({ ...BOOT, script: "script.ipxe" }));
    expect(offer.file).toMatch(/^[\w.]+$/);
    expect(formatIpv4(offer.siaddr)).toBe(SERVER);
  },
);

test.each([FIRMWARE["ovmf-pxe"], ...IPXE])(
  "firmware-seen 5: $name, asking for another client's address, gets no NAK, which it would ignore or never end",
  (firmware) => {
    const node = booting();
    node.receive(packetOf("REQUEST", bob, selecting(X, { xid: 1 })));
    const before = node.replies.length;
    node.receive(sentBy(firmware, "REQUEST", alice, { requested: X, server: SERVER }));
    expect(node.replies.slice(before).map(({ packet }) => told(packet))).toEqual([]);
    expect(node.counted("silent")).toMatchObject({ "firmware-must-not-be-refused": 1 });
  },
);

test("firmware-seen 5: `secs` of firmware says nothing: whatever it states, it is answered alike", () => {
  const answers = [0, 1, 4, 256, 768, 65_535].map((secs) => {
    const node = booting();
    node.receive(sentBy(FIRMWARE["ipxe-rom"], "DISCOVER", alice, { secs }));
    return told(node.replies.at(-1)!.packet);
  });
  expect(new Set(answers).size).toBe(1);
});

test("firmware-seen 6: an OFFER stands for longer than firmware collects them (6 s), or waits for IPv6 (13 s)", () => {
  for (const seconds of [6, 13]) {
    const node = booting();
    const offered = formatIpv4(offerTo(FIRMWARE["ovmf-pxe"], node).yiaddr);
    for (let i = 0; i < 8; i++)
      node.receive(packetOf("DISCOVER", { ...bob, mac: `02:00:00:00:01:0${i}` } as typeof bob));
    node.clock.pass(seconds);
    node.receive(sentBy(FIRMWARE["ovmf-pxe"], "REQUEST", alice, { requested: offered, server: SERVER }));
    expect(told(node.replies.at(-1)!.packet)).toContain(`ACK ${offered}`);
  }
});
