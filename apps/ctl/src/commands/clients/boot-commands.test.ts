// `leasehold boot render`, and what `diff` says of scripts, against a server that plays the API.
import { describe, expect, test } from "vitest";
import { leasehold, type Route, serve } from "../../../test/played-server.ts";

const documentWith = (kernel: string) => ({
  version: 1,
  boot: { profiles: [{ id: "compute", kernel, arguments: ["x={label.rack}"] }] },
  defaults: { boot: { urls: ["http://10.77.0.11:8069", "http://10.77.0.12:8069"], profile: "compute" } },
  subnets: [{ id: "lan", prefix: "10.77.0.0/16" }],
});

const HOST = {
  ...{ id: "x1000c0s0b0n0", source: "smd", hostname: "nid1", role: null, groups: [], labels: { rack: "r7" } },
  ...{ arch: null, problems: [], revision: 1 },
  interfaces: [
    { mac: "a4:bf:01:38:ee:65", addresses: ["10.77.1.5"] },
    { mac: "a4:bf:01:38:ee:66", addresses: ["10.77.1.6"] },
  ],
};

const LEASE = { address: "10.77.2.9", mac: "02:00:00:00:00:09", client: "01020000000009" };

const event = (at: string, words: string) => ({ at: `2026-11-21T09:${at}:00.000Z`, words });
const SEEN = {
  mac: "a4:bf:01:38:ee:65",
  lastBoot: { events: 1, isWell: false, stopped: "It never asked.", likely: "Is UDP port 69 reachable?" },
  events: [event("10", "n1: of an earlier boot"), event("58", "n2: ACK as PXE")],
};
const UNSEEN = { mac: "a4:bf:01:38:ee:66", lastBoot: null, events: [] };

const routes: Record<string, Route> = {
  "GET /api/v1/network": () => ({ body: { revision: 3, document: documentWith("/k") } }),
  "POST /api/v1/network/validate": () => ({ body: { problems: [] } }),
  "GET /api/v1/hosts": () => ({ body: [HOST, { ...HOST, id: "broken", interfaces: [] }] }),
  "GET /api/v1/hosts/x1000c0s0b0n0": () => ({ body: HOST }),
  "GET /api/v1/hosts/10.77.1.6": () => ({ body: HOST }),
  "GET /api/v1/leases?of=02%3A00%3A00%3A00%3A00%3A09": () => ({ body: [LEASE] }),
  "GET /api/v1/boot/log?of=x1000c0s0b0n0": () => ({ body: { node: "n2", machines: [SEEN, UNSEEN] } }),
  "GET /api/v1/boot/log?of=10.77.9.9": () => ({ body: { node: "n2", machines: [UNSEEN] } }),
  "GET /api/v1/cluster": () => ({
    body: {
      node: "n2",
      nodes: [{ name: "n2", addresses: ["10.77.0.12"], api: "0.0.0.0:8067", state: "serving" }],
    },
  }),
};

const render = async (...argv: string[]) =>
  leasehold(["--server", await serve(routes), "boot", "render", ...argv], {
    readText: async () => JSON.stringify(documentWith("/from-file/{arch}")),
  });

describe("boot render", () => {
  test("the script alone on standard output, with the node that answers first; the rest on standard error", async () => {
    const { code, out, err } = await render("x1000c0s0b0n0");
    expect([code, out.split("\n")[0], err]).toEqual([0, "#!ipxe", "profile compute"]);
    expect(out).toMatch(
      /^kernel --name kernel http:\/\/10\.77\.0\.12:8069\/k x=r7 \|\| kernel --name kernel http:\/\/10\.77\.0\.11/m,
    );
    expect(out).toContain("nid1, x1000c0s0b0n0, a4:bf:01:38:ee:65, 10.77.1.5");
  });

  test("by the address of another interface; by a document in a file, an architecture, for another loader", async () => {
    const { out } = await render("10.77.1.6", "--from", "new.yaml", "--arch", "arm64", "--as", "grub");
    expect(out).toContain("a4:bf:01:38:ee:66, 10.77.1.6");
    expect(out).toContain("linux '(http,10.77.0.12:8069)/from-file/arm64' 'x=r7'");
  });

  test("U-Boot's, as the text in its image", async () => {
    expect((await render("x1000c0s0b0n0", "--as", "u-boot")).out).toMatch(/^echo 'Leasehold: .*\nfor try in/);
  });

  test("an unknown machine by its hardware address, at the address of its lease, and why", async () => {
    const { out, err } = await render("02-00-00-00-00-09");
    expect(out).toContain("02:00:00:00:00:09, 10.77.2.9: profile explain");
    expect(err).toMatch(/not run as the document has it: it is unknown/);
  });

  test("as JSON", async () => {
    const { out, err } = await render("x1000c0s0b0n0", "--json");
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      profile: "compute",
      reason: null,
      proxy: null,
      script: expect.stringMatching(/^#!ipxe\n/),
    });
  });

  test.each<[string[], RegExp]>([
    [["x9"], /x9 names no host and no lease/],
    [["x1000c0s0b0n0", "--as", "lilo"], /`lilo` is not a valid loader.*\n.*ipxe, grub/],
    [["x1000c0s0b0n0", "--arch", "a b"], /`a b` is not a valid architecture/],
  ])("what cannot be: %j", async (argv, words) => {
    const { code, err } = await render(...argv);
    expect([code === 0, err]).toEqual([false, expect.stringMatching(words)]);
  });
});

describe("diff", () => {
  const diff = async (kernel: string, ...more: string[]) =>
    leasehold(["--server", await serve(routes), "diff", "new.yaml", ...more], {
      readText: async () => JSON.stringify(documentWith(kernel)),
    });

  test("how many scripts change, and the lines that do of one", async () => {
    const { out } = await diff("/other");
    expect(out).toContain(
      "~ boot script of 1 of 1 host; that of x1000c0s0b0n0 (nid1):\n    - kernel --name kernel",
    );
    expect(out).toMatch(/\n {4}\+ kernel --name kernel http:\/\/10\.77\.0\.11:8069\/other x=r7/);
    expect(JSON.parse((await diff("/other", "--json")).out).scripts).toMatchObject({ changed: 1, of: 1 });
  });

  test("a kernel by {arch} counts where the inventory has no architecture", async () => {
    const { out } = await diff("/other/{arch}");
    expect(out).toMatch(/\n {4}\+ kernel --name kernel http:\/\/10\.77\.0\.11:8069\/other\/x86_64 x=r7/);
  });

  test("none where none changes", async () => {
    expect((await diff("/k")).out).toBe("No changes: new.yaml is identical to revision 3.");
  });
});

describe("boot fetch", () => {
  const file = { name: "undionly.kpxe", debianPackage: "ipxe", version: "1.0", octets: 7, sha256: "ab" };

  test("what came, of which version, and what this release does not have", async () => {
    const asked: unknown[] = [];
    const { out } = await leasehold(["boot", "fetch", "--into", "/d", "--suite", "trixie"], {
      unpackLoaders: async ({ into, suite, files }) => {
        asked.push(
          into,
          suite,
          files.some(({ name }) => name === "ipxe-arm64.efi"),
        );
        return { files: [file], missing: ["the package shim-signed"] };
      },
    });
    expect(asked).toEqual(["/d", "trixie", true]);
    expect(out).toMatch(/undionly\.kpxe +ipxe 1\.0 +7 +ab\nnot there: the package shim-signed$/);
  });

  test("nothing at all is a failure", async () => {
    const { code, err } = await leasehold(["boot", "fetch"], {
      unpackLoaders: async () => ({ files: [], missing: ["the package ipxe"] }),
    });
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^the package ipxe\nleasehold: Debian's packages have none/),
    ]);
  });
});

describe("boot why and boot log", () => {
  const boot = async (...argv: string[]) => leasehold(["--server", await serve(routes), "boot", ...argv]);

  test("why: the last boot alone, where it stopped, and what to look at", async () => {
    expect((await boot("why", "x1000c0s0b0n0")).out.trim().split("\n")).toEqual([
      "a4:bf:01:38:ee:65, last boot, 1 event:",
      "  2m ago  n2: ACK as PXE",
      "It never asked.",
      "Is UDP port 69 reachable?",
    ]);
  });

  test("log: all of it, or the newest", async () => {
    expect((await boot("log", "x1000c0s0b0n0")).out).toContain("n1: of an earlier boot");
    const { out } = await boot("log", "x1000c0s0b0n0", "--limit", "1", "--json");
    expect(JSON.parse(out)).toMatchObject([{ mac: SEEN.mac, events: [SEEN.events[1]] }, UNSEEN]);
  });

  test("a machine of which nothing was seen", async () => {
    const { code, out } = await boot("why", "10.77.9.9");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/Nothing was seen of a boot of 10\.77\.9\.9.*\n.*leasehold why/),
    ]);
  });
});
