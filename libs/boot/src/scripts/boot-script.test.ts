// What a machine runs: the profile that the document chooses for it, and its script for each loader.
import { SCRIPT_FORMATS } from "@leasehold/network";
import { describe, expect, test } from "vitest";
import { hostWith, ip, linesOf, MAC, mac, networkWith, scriptFor } from "../../test/script-for.ts";

const COMPUTE = `{ id: compute, kernel: "/images/{arch}/vmlinuz", initrds: [/images/initrd], arguments: ["console=ttyS0 root={url}/r", "BOOTIF={bootif}"] }`;
const UNKNOWN = { mac: mac("02:00:00:00:00:09"), host: undefined };

describe("iPXE", () => {
  test("a kernel: each file is tried with each node, the one that answers first; every loop has an end", () => {
    expect(scriptFor(networkWith(COMPUTE)).content).toMatchInlineSnapshot(`
      "#!ipxe
      echo Leasehold: nid000001, x1000c0s0b0n0, a4:bf:01:38:ee:65, 10.0.0.5: profile compute, from node n2
      set try:int32 0
      :again
      inc try
      imgfree
      kernel --name kernel http://10.0.0.12:8069/images/x86_64/vmlinuz initrd=initrd0 console=ttyS0 root=http://10.0.0.12:8069/r BOOTIF=01-a4-bf-01-38-ee-65 || kernel --name kernel http://10.0.0.11:8069/images/x86_64/vmlinuz initrd=initrd0 console=ttyS0 root=http://10.0.0.11:8069/r BOOTIF=01-a4-bf-01-38-ee-65 || goto failed
      initrd --name initrd0 http://10.0.0.12:8069/images/initrd || initrd --name initrd0 http://10.0.0.11:8069/images/initrd || goto failed
      boot || goto failed
      :failed
      echo Leasehold: try \${try} of 5 failed, error \${errno}
      iseq \${try} 5 && goto over ||
      sleep 5
      goto again
      :over
      echo Leasehold: no node gave it. After 30 seconds: reboot
      sleep 30
      sleep 10
      reboot
      "
    `);
  });

  test("text of one's own: a command with {url} is tried with each node", () => {
    const DOLLAR = "$";
    const own = String.raw`{ id: compute, templates: { ipxe: "#!ipxe\nkernel {url}/k h={hostname} && initrd \\\n{url}/i || goto bad\necho ${DOLLAR}{net0/mac} {{mac}} {label.rack}{label.row?}\nset base {url} ||" } }`;
    expect(linesOf(scriptFor(networkWith(own)))).toEqual([
      "#!ipxe",
      "kernel http://10.0.0.12:8069/k h=nid000001 || kernel http://10.0.0.11:8069/k h=nid000001 && initrd http://10.0.0.12:8069/i || initrd http://10.0.0.11:8069/i || goto bad",
      `echo \${net0/mac} {mac} r7`,
      "set base http://10.0.0.12:8069 || set base http://10.0.0.11:8069 ||",
      "",
    ]);
  });

  test("another script, of one's own server: there is one of it", () => {
    const chain = `{ id: compute, chain: "http://menu.example/{mac}" }`;
    const [line] = linesOf(scriptFor(networkWith(chain))).filter((one) => one.startsWith("chain"));
    expect(line).toBe(`chain --replace --autofree http://menu.example/${MAC} || goto failed`);
  });

  test("it begins with the octets without which a BIOS takes it for a program", () => {
    for (const machine of [{}, UNKNOWN, { mac: undefined, host: undefined }])
      expect(linesOf(scriptFor(networkWith(COMPUTE), machine))[0]).toBe("#!ipxe");
  });
});

describe("other loaders", () => {
  test("GRUB: by HTTP and by TFTP", () => {
    expect(scriptFor(networkWith(COMPUTE), {}, "grub").content).toMatchInlineSnapshot(`
      "echo 'Leasehold: nid000001, x1000c0s0b0n0, a4:bf:01:38:ee:65, 10.0.0.5: profile compute, from node n2'
      leasehold=
      for try in 1 2 3 4 5; do
      if linux '(http,10.0.0.12:8069)/images/x86_64/vmlinuz' 'console=ttyS0' 'root=http://10.0.0.12:8069/r' 'BOOTIF=01-a4-bf-01-38-ee-65'; then leasehold=loaded
      elif linux '(tftp,10.0.0.12)/images/x86_64/vmlinuz' 'console=ttyS0' 'root=http://10.0.0.12:8069/r' 'BOOTIF=01-a4-bf-01-38-ee-65'; then leasehold=loaded
      elif linux '(http,10.0.0.11:8069)/images/x86_64/vmlinuz' 'console=ttyS0' 'root=http://10.0.0.11:8069/r' 'BOOTIF=01-a4-bf-01-38-ee-65'; then leasehold=loaded
      elif linux '(tftp,10.0.0.11)/images/x86_64/vmlinuz' 'console=ttyS0' 'root=http://10.0.0.11:8069/r' 'BOOTIF=01-a4-bf-01-38-ee-65'; then leasehold=loaded
      fi
      if [ "$leasehold" = loaded ]; then
      if initrd '(http,10.0.0.12:8069)/images/initrd'; then boot
      elif initrd '(tftp,10.0.0.12)/images/initrd'; then boot
      elif initrd '(http,10.0.0.11:8069)/images/initrd'; then boot
      elif initrd '(tftp,10.0.0.11)/images/initrd'; then boot
      fi
      fi
      echo "Leasehold: try $try of 5 failed"
      sleep 5
      done
      echo 'Leasehold: no node gave it. After 30 seconds: reboot'
      sleep 30
      sleep 10
      reboot
      "
    `);
  });

  test("pxelinux", () => {
    expect(scriptFor(networkWith(COMPUTE), {}, "pxelinux").content).toMatchInlineSnapshot(`
      "SAY Leasehold: nid000001, x1000c0s0b0n0, a4:bf:01:38:ee:65, 10.0.0.5: profile compute, from node n2
      DEFAULT node0
      PROMPT 0
      ONERROR node1
      LABEL node0
        KERNEL 10.0.0.12::images/x86_64/vmlinuz
        INITRD 10.0.0.12::images/initrd
        APPEND console=ttyS0 root=http://10.0.0.12:8069/r BOOTIF=01-a4-bf-01-38-ee-65
      LABEL node1
        KERNEL 10.0.0.11::images/x86_64/vmlinuz
        INITRD 10.0.0.11::images/initrd
        APPEND console=ttyS0 root=http://10.0.0.11:8069/r BOOTIF=01-a4-bf-01-38-ee-65
      "
    `);
  });

  test("U-Boot reads pxelinux.cfg too, and cannot name a server in it", () => {
    const lines = linesOf(scriptFor(networkWith(COMPUTE), { arch: "arm64" }, "pxelinux"));
    expect(lines).toContain("  KERNEL /images/arm64/vmlinuz");
  });

  test("U-Boot's own script is an image", () => {
    const { content } = scriptFor(networkWith(COMPUTE), { arch: "arm64" }, "u-boot");
    const text = Buffer.from(content as Uint8Array)
      .subarray(72)
      .toString();
    expect(text).toMatchInlineSnapshot(`
      "echo 'Leasehold: nid000001, x1000c0s0b0n0, a4:bf:01:38:ee:65, 10.0.0.5: profile compute, from node n2'
      for try in 1 2 3 4 5; do
      setenv leasehold
      if tftpboot \${kernel_addr_r} 10.0.0.12:images/arm64/vmlinuz; then setenv bootargs 'console=ttyS0 root=http://10.0.0.12:8069/r BOOTIF=01-a4-bf-01-38-ee-65'; setenv leasehold loaded
      elif tftpboot \${kernel_addr_r} 10.0.0.11:images/arm64/vmlinuz; then setenv bootargs 'console=ttyS0 root=http://10.0.0.11:8069/r BOOTIF=01-a4-bf-01-38-ee-65'; setenv leasehold loaded
      fi
      if test "\${leasehold}" = loaded; then
      if tftpboot \${ramdisk_addr_r} 10.0.0.12:images/initrd; then booti \${kernel_addr_r} \${ramdisk_addr_r}:\${filesize} \${fdtcontroladdr}
      elif tftpboot \${ramdisk_addr_r} 10.0.0.11:images/initrd; then booti \${kernel_addr_r} \${ramdisk_addr_r}:\${filesize} \${fdtcontroladdr}
      fi
      fi
      echo Leasehold: try \${try} of 5 failed
      sleep 5
      done
      echo 'Leasehold: no node gave it. Then: reboot'
      sleep 10
      reset
      "
    `);
  });

  test("what a loader cannot do is said on its console", () => {
    const chain = networkWith(`{ id: compute, chain: "http://menu.example/" }`);
    expect(scriptFor(chain, {}, "u-boot").reason).toBe("U-Boot has no way to chain a script");
    expect(scriptFor(chain, {}, "pxelinux").reason).toMatch(/by TFTP alone/);
    const tls = networkWith(`{ id: compute, kernel: "https://images.example/k" }`);
    expect(scriptFor(tls, {}, "grub").reason).toBe("GRUB reads nothing by HTTPS");
    const ipxeOnly = networkWith(String.raw`{ id: compute, templates: { ipxe: "#!ipxe\nshell" } }`);
    expect(scriptFor(ipxeOnly, {}, "grub").reason).toBe("profile compute has nothing for grub");
  });

  test.each(["local-disk", "next-device", "reboot", "poweroff", "explain"])("each can %s", (step) => {
    for (const format of SCRIPT_FORMATS) {
      const script = scriptFor(networkWith("", `profile: ${step}`), {}, format);
      expect([script.profile, script.content.length > 40]).toEqual([step, true]);
    }
  });
});

describe("which profile", () => {
  const two = (more: string) =>
    networkWith(
      `${COMPUTE}, { id: install, next: local-disk }`,
      `profile: compute, unknown: reboot, ${more}`,
    );

  test("known machines and unknown ones", () => {
    const network = two("enabled: true");
    const unknown = scriptFor(network, { ...UNKNOWN, address: ip("10.0.0.77") });
    expect([scriptFor(network).profile, unknown.profile, unknown.reason]).toEqual([
      ...["compute", "reboot", undefined],
    ]);
  });

  test.each<[string, string, object, RegExp]>([
    ["nothing is chosen for a known one", "enabled: true", {}, /no boot.profile is set for it/],
    [
      "an unknown one",
      "profile: compute",
      { ...UNKNOWN, address: ip("10.0.0.7") },
      /it is unknown: neither the inventory/,
    ],
    ["switched off", "profile: compute, enabled: false", {}, /boot.enabled is false/],
    ["an address of no subnet", "profile: compute", { address: ip("10.9.0.1") }, /its subnet is not known/],
    [
      "nothing that names it",
      "profile: compute",
      { mac: undefined, host: undefined },
      /hardware address is not known/,
    ],
  ])("the reason on the console: %s", (_, boot, machine, words) => {
    const script = scriptFor(networkWith(COMPUTE, boot), machine);
    expect([script.profile, script.reason]).toEqual(["explain", expect.stringMatching(words)]);
    expect(linesOf(script)[2]).toMatch(words);
  });
});

describe("values", () => {
  test.each<[string, Parameters<typeof hostWith>[0], string]>([
    ["a space", { hostname: "a b" }, "{hostname} cannot be used: it has a space"],
    ["a line", { hostname: "a\nreboot" }, "{hostname} cannot be used: it has the character U+000A"],
    ["an operator", { hostname: "a||b" }, "{hostname} cannot be used: it has the character U+007C"],
    [
      "a setting of iPXE",
      { hostname: `a\${net0/mac}` },
      "{hostname} cannot be used: it has the character U+0024",
    ],
    [
      "an option",
      { hostname: "--name" },
      "{hostname} cannot be used: it begins with neither a letter nor a digit",
    ],
    ["another folder", { hostname: "a/../b" }, "{hostname} cannot be used: it has .. as a folder"],
    [
      "letters outside ASCII",
      { hostname: "knöten" },
      "{hostname} cannot be used: it has the character U+00F6",
    ],
    ["none", { hostname: "" }, "{hostname} is not known of it"],
  ])("refused, with the reason: %s", (_, host, reason) => {
    const network = networkWith(`{ id: compute, kernel: "/{hostname}/k" }`);
    expect(scriptFor(network, { host: hostWith(host) })).toMatchObject({ profile: "compute", reason });
  });

  test.each([
    [`{ id: compute, kernel: "http://{label.none?}/k" }`],
    [`{ id: compute, kernel: "http://x:{hostname}/k" }`],
    [`{ id: compute, chain: "http://{label.none?}/k" }`],
    [`{ id: compute, proxy: { url: "http://{label.none?}/k" } }`],
    [`{ id: compute, proxy: { url: "http://x:{hostname}/k" } }`],
  ])("refused, as it makes what is no URL: %s", (profile) => {
    for (const format of SCRIPT_FORMATS)
      expect(scriptFor(networkWith(profile), {}, format).reason).toBe("a value makes what is no URL");
  });

  test("a command line that Linux would cut off", () => {
    const words = Array.from({ length: 3 }, () => `"${"x".repeat(700)}"`).join(", ");
    expect(scriptFor(networkWith(`{ id: compute, kernel: /k, arguments: [${words}] }`)).reason).toMatch(
      /has 2102 characters, and Linux reads 2047/,
    );
  });
});

test("another server's script, and what is said where it has none", () => {
  const network = networkWith(
    `{ id: compute, proxy: { url: "http://bss.example:27778/boot/v1/bootscript?mac={mac}", timeoutMs: 500 } }`,
  );
  const { proxy, content } = scriptFor(network);
  expect(proxy).toEqual({
    url: `http://bss.example:27778/boot/v1/bootscript?mac=${MAC}`,
    ...{ timeoutMs: 500, keepSeconds: 86_400 },
  });
  expect(content).toContain("echo Leasehold: bss.example:27778 has not answered");
});
