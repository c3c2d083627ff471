// Which script a machine gets, by the names that loaders ask for, by HTTP and TFTP. "firmware-seen" are the numbers of a list of what real
// firmware and loaders did.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Instant, Lease } from "@leasehold/leases";
import { clientIdOfHardware, type Mac, macBytes, parseIpv4 } from "@leasehold/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rawRequest } from "./raw-http.ts";
import { ServedFolder } from "./served-folder.ts";

const NETWORK = `
version: 1
boot:
  profiles:
    - { id: compute, kernel: "/images/{arch?}/vmlinuz", arguments: ["host={hostname}"] }
defaults:
  boot:
    urls: [http://127.0.0.1:8069, http://10.0.0.12:8069]
    profile: compute
subnets: [{ id: loopback, prefix: 127.0.0.0/8 }, { id: rack, prefix: 10.0.0.0/16 }]
`;
const MAC = "52:54:00:12:34:56";
const UUID = "4c4c4544-0042-3010-8043-b7c04f4e3732";
const UUID_ON_WIRE = "44454c4c-4200-1030-8043-b7c04f4e3732";

let served: ServedFolder;
beforeEach(async () => {
  served = await ServedFolder.open({ network: NETWORK });
  served.host("x1", {
    mac: MAC,
    address: "10.0.0.50",
    hostname: "nid001",
    nid: 1,
    uuid: UUID,
    labels: { serial: "SN12345" },
  });
});
afterEach(() => served.close());

async function get(name: string): Promise<string> {
  const { status, body } = await rawRequest(served.http.port, `GET ${name} HTTP/1.1`);
  return status === 200 ? `${body}` : `${status}`;
}

describe("firmware-seen 7: by whatever a machine names itself with", () => {
  test.each([
    ["mac=52%3A54%3A00%3A12%3A34%3A56", "iPXE 1.0.0"],
    ["mac=52:54:00:12:34:56", "iPXE 2.0.0"],
    ["mac=52-54-00-12-34-56&uuid=&serial=", "hyphens, and what it has no value for"],
    [`uuid=${UUID}`, "dmidecode's order"],
    [`uuid=${UUID_ON_WIRE}`, "the order of the wire"],
    [`mac=02:00:00:00:00:99&uuid=${UUID}`, "another card of the same machine"],
    ["serial=SN12345", "its serial number"],
    ["name=x1", "its id, as BSS"],
    ["host=nid001", "its host name, as boot-service"],
    ["nid=1", "its NID"],
  ])("%s (%s)", async (query) => {
    for (const name of ["/boot/ipxe", "/boot/v1/bootscript"]) {
      const script = await get(`${name}?${query}&arch=x86_64`);
      expect(script).toMatch(/^#!ipxe\n/);
      expect(script).toContain("host=nid001");
      expect(script).toContain("http://127.0.0.1:8069/images/x86_64/vmlinuz");
    }
  });
});

const leaseOf = (mac: string, more: Partial<Lease> = {}): Lease =>
  ({
    address: parseIpv4("127.0.0.1")!,
    state: "bound",
    client: clientIdOfHardware(1, macBytes(mac as Mac)),
    mac: mac as Mac,
    subnet: "loopback",
    seconds: 60,
    heldSeconds: 60,
    at: 1 as Instant,
    heldUntil: 60_001 as Instant,
    revision: 1,
    isReserved: false,
    node: "n1",
    intent: "",
    ...more,
  }) as Lease;

describe("a machine that does not name itself", () => {
  test("is known by the lease of the address that it asks from, by HTTP and by TFTP", async () => {
    served.knowledge.leases.apply(leaseOf(MAC));
    expect(await get("/boot/ipxe")).toContain("host=nid001");
    expect(await served.tftpGet("boot/ipxe")).toContain("host=nid001");
    expect(served.reports.at(-1)).toMatchObject({ via: "tftp", mac: MAC, host: "x1", route: "ipxe-script" });
  });

  test("is not known by a lease that has ended, or was given back", async () => {
    served.knowledge.leases.apply(leaseOf(MAC));
    served.now = 60_001;
    expect(await get("/boot/ipxe")).not.toContain("nid001");
    served.now = 0;
    served.knowledge.leases.apply(leaseOf(MAC, { state: "released" }));
    expect(await get("/boot/ipxe")).not.toContain("nid001");
  });

  test("or that nobody knows, is told so on its console, with 200 and a script; and the log has it", async () => {
    const script = await get("/boot/ipxe?mac=02:00:00:00:00:99");
    expect(script).toMatch(/^#!ipxe\n/);
    expect(script).not.toContain("vmlinuz");
    expect(served.warnings).toEqual([expect.stringMatching(/not known|unknown/)]);
  });

  test("of an unknown machine the document decides: a reboot, as coresmd's bootloop", async () => {
    served.use(NETWORK.replace("profile: compute\n", "profile: compute\n    unknown: reboot\n"));
    served.knowledge.leases.apply(leaseOf("02:00:00:00:00:99"));
    const script = await get("/boot/ipxe");
    expect(script).toMatch(/^#!ipxe\n[\s\S]*\nreboot\n/);
    expect(served.warnings).toEqual([]);
  });
});

describe("firmware-seen F17: pxelinux", () => {
  const own = "APPEND";
  test.each([UUID_ON_WIRE, `01-${MAC.replaceAll(":", "-")}`])(
    "pxelinux.cfg/%s is the machine's",
    async (name) => {
      for (const prefix of ["", "pre/", "/srv/"]) {
        const script = await served.tftpGet(`${prefix}pxelinux.cfg/${name}`);
        expect(script).toContain("host=nid001");
        expect(script).toContain(own);
      }
    },
  );

  test("an unknown machine goes through its names, and is told at the last one why", async () => {
    const names = [
      "0a5c7a00-0000-0000-0000-000000000001",
      "01-02-00-00-00-00-99",
      "7F000001",
      "7F00000",
      "7F0000",
      "7F",
    ];
    for (const name of names) expect(await served.tftpGet(`pxelinux.cfg/${name}`)).toBeUndefined();
    expect(served.warnings).toEqual([]);
    expect(await served.tftpGet("pxelinux.cfg/default")).toMatch(/LABEL/);
    expect(served.warnings.length).toBe(1);
  });

  test("a file of the site's own counts", async () => {
    mkdirSync(join(served.folder, "pxelinux.cfg"));
    writeFileSync(join(served.folder, "pxelinux.cfg/default"), "DEFAULT own\n");
    expect(await served.tftpGet("pxelinux.cfg/default")).toBe("DEFAULT own\n");
  });
});

describe("firmware-seen 11: GRUB", () => {
  test("asks for /grub/grub.cfg alone, by TFTP and with HEAD by HTTP", async () => {
    served.knowledge.leases.apply(leaseOf(MAC));
    const script = await served.tftpGet("/grub/grub.cfg");
    expect(script).toContain("host=nid001");
    const { status, headers } = await rawRequest(served.http.port, "HEAD /grub/grub.cfg HTTP/1.1");
    expect([status, headers.get("content-length")]).toEqual([200, `${script!.length}`]);
  });

  test("by hardware address, in any folder", async () => {
    const script = await served.tftpGet(`EFI/debian/grub.cfg-01-${MAC.replaceAll(":", "-")}`);
    expect(script).toContain("host=nid001");
  });

  test("its lists of modules are not there, which it is told at once", async () => {
    for (const list of ["command", "fs", "crypto", "terminal"])
      expect(await served.tftpGet(`/grub/x86_64-efi/${list}.lst`)).toBeUndefined();
    expect(served.reports.every(({ outcome, ms }) => outcome === "notFound" && ms < 1000)).toBe(true);
  });
});

describe("firmware-seen 8: scripts by a fixed name", () => {
  test.each(["config.ipxe", "default"])(
    "%s sends coresmd's loaders to the machine's own, on each node",
    async (name) => {
      const script = await served.tftpGet(name);
      expect(script).toMatch(/^#!ipxe\n/);
      for (const url of ["http://127.0.0.1:8069", "http://10.0.0.12:8069"])
        expect(script).toContain(`${url}/boot/ipxe?mac=`);
      expect(script).not.toContain("param");
    },
  );

  test("autoexec.ipxe, in the folder of the loader, or not there, at once", async () => {
    expect(await served.tftpGet("autoexec.ipxe")).toMatch(/^#!ipxe\n[\s\S]*dhcp/);
    expect(await get("/d/autoexec.ipxe")).toMatch(/^#!ipxe\n/);
    served.use("version: 1\nsubnets: []\n");
    expect(await served.tftpGet("autoexec.ipxe")).toBeUndefined();
    expect(await get("/d/autoexec.ipxe")).toBe("404");
  });
});

describe("firmware-seen F18: U-Boot's boot.scr.uimg", () => {
  test("is an image with the machine's script", async () => {
    served.host("arm", { mac: "02:00:00:00:00:aa", address: "127.0.0.1", hostname: "arm1", arch: "ARM64" });
    const image = await rawRequest(served.http.port, "GET /boot.scr.uimg HTTP/1.1");
    expect(image.status).toBe(200);
    expect(image.body.readUInt32BE(0)).toBe(0x27051956);
    expect(image.body.toString("latin1")).toContain("host=arm1");
    expect(image.headers.get("content-type")).toBe("application/octet-stream");
  });

  test("is not there for a machine that the document has nothing for: it goes on with the loader that DHCP names", async () => {
    expect(await served.tftpGet("boot.scr.uimg")).toBeUndefined();
    expect(served.warnings).toEqual([]);
  });
});

describe("firmware-seen 9: cloud-init", () => {
  const names = ["meta-data", "user-data", "vendor-data", "network-config"];

  test.each(["/cloud-init/", "/cloud-init"])(
    "gets 200 for all four names behind %s, if need be empty",
    async (seed) => {
      served.knowledge.leases.apply(leaseOf(MAC));
      const answers = await Promise.all(
        names.map((name) => rawRequest(served.http.port, `GET ${seed}${name} HTTP/1.1`)),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(answers.map(({ body }) => `${body}`)).toEqual([
        'instance-id: "x1"\nlocal-hostname: "nid001"\n',
        ...["", "", ""],
      ]);
      expect(answers.map(({ headers }) => headers.get("content-length"))).toEqual(["43", "0", "0", "0"]);
    },
  );

  test("gets the site's own files", async () => {
    mkdirSync(join(served.folder, "cloud-init"));
    writeFileSync(join(served.folder, "cloud-init/user-data"), "#cloud-config\n");
    expect(await get("/cloud-init/user-data")).toBe("#cloud-config\n");
    expect(await get("/cloud-inituser-data")).toBe("#cloud-config\n");
  });
});

test("a Raspberry Pi's prefixes: its own folder, else the common files", async () => {
  writeFileSync(join(served.folder, "start4.elf"), "common");
  expect(await served.tftpGet("9ffefdef/start4.elf")).toBe("common");
  expect(await served.tftpGet("dc-a6-32-01-02-03/start4.elf")).toBe("common");
  mkdirSync(join(served.folder, "9ffefdef"));
  writeFileSync(join(served.folder, "9ffefdef/start4.elf"), "own");
  expect(await served.tftpGet("9ffefdef/start4.elf")).toBe("own");
  expect(await served.tftpGet("9ffefdef/../../secret")).toBeUndefined();
  rmSync(join(served.folder, "9ffefdef"), { recursive: true });
});

describe("another server's script", () => {
  let other: Server;
  let answer: { status: number; body: string } | "silent";
  let asked: string[];

  beforeEach(async () => {
    asked = [];
    other = createServer((request, response) => {
      asked.push(request.url!);
      if (answer !== "silent") response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const proxy = `proxy: { url: "http://127.0.0.1:${port}/boot/v1/bootscript?mac={mac}", timeoutMs: 200 }`;
    served.use(NETWORK.replace('kernel: "/images/{arch?}/vmlinuz", arguments: ["host={hostname}"]', proxy));
  });
  afterEach(() => {
    other.closeAllConnections();
    other.close();
  });

  test("is passed on; while it gives none, the last good one counts", async () => {
    answer = { status: 200, body: "#!ipxe\necho of BSS\n" };
    expect(await get(`/boot/ipxe?mac=${MAC}`)).toBe("#!ipxe\necho of BSS\n");
    expect(asked).toEqual([`/boot/v1/bootscript?mac=${MAC}`]);
    for (const bad of [{ status: 500, body: "" }, "silent"] as const) {
      answer = bad;
      expect(await get(`/boot/ipxe?mac=${MAC}`)).toBe("#!ipxe\necho of BSS\n");
    }
    expect(served.warnings.length).toBe(2);
  });

  test.each([
    ["nothing within its time", "silent"],
    ["an error", { status: 404, body: "#!ipxe\n" }],
    ["a page that is no script", { status: 200, body: "<html>" }],
    ["more than a script", { status: 200, body: `#!ipxe\n${" ".repeat(300_000)}` }],
  ] as const)("%s: the machine is told on its console", async (_, given) => {
    answer = given;
    const script = await get(`/boot/ipxe?mac=${MAC}`);
    expect(script).toMatch(/^#!ipxe\n/);
    expect(script).toContain("has not answered");
  });
});
