// What is said of a boot, by what was seen of it.
import { describe, expect, test } from "vitest";
import { type BootEvent, readBootEvent, stageArch } from "./boot-event.ts";
import { findingOf } from "./boot-findings.ts";
import { bootEventInWords } from "./boot-in-words.ts";
import { lastBoot } from "./last-boot.ts";

const SEEN = { at: 0, node: "n1", arch: "x86_64", server: "10.0.0.11" } as const;
const dhcp = (stage: "offer" | "ack", more: Partial<BootEvent> = {}): BootEvent => ({
  ...{ ...SEEN, via: "dhcp", stage, outcome: "answered", strategy: "PXE", file: "ipxe.efi", ...more },
});
const file = (name: string, more: Partial<BootEvent> = {}): BootEvent => ({
  ...{ ...SEEN, via: "tftp", stage: "file", outcome: "complete", file: name, bytes: 1000, ms: 5, ...more },
});
const script = (more: Partial<BootEvent> = {}): BootEvent =>
  file("/boot/ipxe", { via: "http", stage: "script", profile: "compute", ...more });
const IPXE = { strategy: "iPXE", file: "http://10.0.0.11:8069/boot/ipxe" };
const LOADED = [dhcp("offer"), dhcp("ack"), file("ipxe.efi"), dhcp("offer", IPXE), dhcp("ack", IPXE)];

const told = (boot: readonly BootEvent[]) => {
  const found = findingOf(boot);
  return found && `${found.stopped} | ${found.likely}`;
};

describe("where a boot stopped, and what to look at", () => {
  test.each<[string, readonly BootEvent[], RegExp]>([
    [
      "an OFFER alone",
      [dhcp("offer")],
      /n1 sent it an OFFER with ipxe\.efi of 10\.0\.0\.11; no ACK followed.*leasehold why/,
    ],
    [
      "an ACK alone",
      [dhcp("offer"), dhcp("ack")],
      /never asked a boot server for it.*UDP port 69 of 10\.0\.0\.11/,
    ],
    ["an ACK with a URL", [dhcp("ack", IPXE)], /Is http:\/\/10\.0\.0\.11:8069 reachable/],
    [
      "nothing for its architecture",
      [dhcp("ack", { outcome: "missing", file: undefined, detail: "boot.loaders has none for uefi-arm64" })],
      /n1 answered its PXE request without anything to load: boot\.loaders has none for uefi-arm64.*explain/,
    ],
    [
      "a file that is not there",
      [...LOADED.slice(0, 2), file("grub/grub.cfg", { outcome: "notFound", bytes: 0 })],
      /asked n1 for grub\/grub\.cfg by tftp: not found\..*files\.root/,
    ],
    [
      "a size, and no more",
      [dhcp("ack"), file("ipxe.bin", { outcome: "probe" })],
      /size of ipxe\.bin .* never for the file/,
    ],
    [
      "a transfer that ends early",
      [dhcp("ack"), file("ipxe.efi", { outcome: "timedOut", bytes: 512 })],
      /it stopped answering after 512 octets/,
    ],
    [
      "a loader that does not start",
      LOADED.slice(0, 3),
      /It got ipxe\.efi from n1 by tftp, all 1000 octets; nothing followed.*Secure Boot/,
    ],
    [
      "a script that explains",
      [...LOADED, script({ profile: "explain", detail: "it is unknown" })],
      /does not run what the document has for it: it is unknown.*boot render/,
    ],
    [
      "a script alone",
      [...LOADED, script()],
      /It got its script, of profile compute, from n1; it fetched nothing/,
    ],
    [
      "kernel and initrd",
      [...LOADED, script(), file("vmlinuz"), file("initrd")],
      /The last that it fetched was initrd, from n1.*all is well/,
    ],
    [
      "a loop",
      [...LOADED, script({ stage: "loop", detail: "the script of profile compute 5 times" })],
      /n1 gave it a script that ends a loop: .* 5 times/,
    ],
  ])("%s", (_, boot, words) => {
    expect(told(boot)).toMatch(words);
  });

  test("nothing of nothing", () => {
    expect(findingOf([])).toBeUndefined();
  });

  test("well is what ended with a script or with what it names", () => {
    expect([LOADED, [...LOADED, script()]].map((boot) => findingOf(boot)?.isWell ?? false)).toEqual([
      false,
      true,
    ]);
  });
});

describe("the last boot", () => {
  const rom = [dhcp("offer", IPXE), dhcp("ack", IPXE), script()];

  test("begins where firmware asks again, not at the loader that it has fetched, nor at the second OFFER", () => {
    const once = [...LOADED, script(), file("vmlinuz")];
    expect(lastBoot(once)).toEqual(once);
    expect(lastBoot([...once, ...LOADED])).toEqual(LOADED);
    expect(lastBoot([...once, dhcp("offer"), dhcp("offer", { node: "n2" }), dhcp("ack")])).toHaveLength(3);
  });

  test("begins where a loader in a ROM asks again that has had its script", () => {
    expect(lastBoot([...rom, ...rom])).toEqual(rom);
  });
});

describe("an event", () => {
  test("is read as it was written", () => {
    for (const event of [...LOADED, script()])
      expect(readBootEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });

  test.each([
    null,
    1,
    "x",
    [],
    {},
    { ...dhcp("ack"), stage: "other" },
    { ...dhcp("ack"), at: "1" },
    { ...dhcp("ack"), via: 1 },
  ])("%j is none", (value) => {
    expect(readBootEvent(value)).toBeUndefined();
  });

  test("what is too long is cut, and what has another type left out", () => {
    const read = readBootEvent({ ...dhcp("ack"), file: "x".repeat(9000), bytes: "many", detail: { a: 1 } });
    expect([read?.file?.length, read?.bytes, read?.detail]).toEqual([400, undefined, undefined]);
  });

  test("in words", () => {
    expect(
      [dhcp("offer"), dhcp("ack", IPXE), file("a"), script({ outcome: "aborted" })].map(bootEventInWords),
    ).toEqual([
      "n1: OFFER as PXE (x86_64): ipxe.efi of 10.0.0.11",
      "n1: ACK as iPXE (x86_64): http://10.0.0.11:8069/boot/ipxe",
      "n1: a by tftp: complete, 1000 octets in 5 ms",
      "n1: /boot/ipxe (script of profile compute) by http: aborted, 1000 octets in 5 ms",
    ]);
  });

  test("a processor is one of few, whatever a machine states", () => {
    expect(["amd64", "7", "no such", undefined].map(stageArch)).toEqual([
      "x86_64",
      "x86_64",
      "other",
      "unknown",
    ]);
  });
});
