// A machine that boots again and again gets a script that says so, whichever boot servers it asked; and what is no loop.
import type { BootEvent } from "@leasehold/boot";
import type { Mac } from "@leasehold/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rawRequest } from "./raw-http.ts";
import { ServedFolder } from "./served-folder.ts";

const NETWORK = `
version: 1
boot: { profiles: [{ id: compute, kernel: /vmlinuz }] }
defaults: { boot: { urls: [http://127.0.0.1:8069], profile: compute, unknown: reboot } }
subnets: [{ id: loopback, prefix: 127.0.0.0/8 }]
`;
const MAC = "52:54:00:12:34:56" as Mac;
const MINUTE = 60_000;
const LOOP = /boots again and again: the script of profile compute 5 times within 20 minutes/;

let served: ServedFolder;
beforeEach(async () => {
  served = await ServedFolder.open({ network: NETWORK });
  served.host("x1", { mac: MAC, address: "127.0.0.1" });
});
afterEach(() => served.close());

async function script(mac: string = MAC): Promise<string> {
  const before = served.reports.length;
  const { body } = await rawRequest(served.http.port, `GET /boot/ipxe?mac=${mac} HTTP/1.1`);
  await vi.waitFor(() => expect(served.reports.length).toBe(before + 1));
  return `${body}`;
}

async function boots(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    expect(await script()).toContain("vmlinuz");
    served.now += MINUTE;
  }
}

test("five times within twenty minutes, and then it is told so; twenty minutes later it boots again", async () => {
  await boots(5);
  const told = await script();
  expect(told).toMatch(/^#!ipxe\n/);
  expect(told).toMatch(LOOP);
  expect(told).not.toContain("vmlinuz");
  expect(served.warnings).toEqual([expect.stringContaining("boots again and again")]);
  expect(served.reports.at(-1)?.script).toMatchObject({ profile: "compute", isOfLoop: true });
  served.now += 20 * MINUTE;
  expect(await script()).toContain("vmlinuz");
});

test("what other boot servers saw counts, too", async () => {
  const elsewhere: BootEvent = {
    ...{ at: 0, node: "n2", stage: "script", via: "http", outcome: "complete", profile: "compute" },
  };
  for (let i = 0; i < 3; i++) {
    served.loops.note(MAC, elsewhere);
    served.now += MINUTE;
  }
  await boots(2);
  expect(await script()).toMatch(LOOP);
});

test("a script that is fetched again at once is of the same boot", async () => {
  for (let i = 0; i < 20; i++) expect(await script()).toContain("vmlinuz");
});

test("a changed document begins the count again", async () => {
  await boots(5);
  served.use(NETWORK.replace("/vmlinuz", "/vmlinuz-2"), 2);
  expect(await script()).toContain("vmlinuz-2");
});

test("a person who reads the script from another machine counts for nothing, and gets the machine's own", async () => {
  served.host("x1", { mac: MAC, address: "127.0.0.9" });
  await boots(9);
});

test("an unknown machine that is to reboot until it is known does that for as long as it takes", async () => {
  for (let i = 0; i < 9; i++) {
    expect(await script("02:00:00:00:00:99")).toMatch(/\nreboot\n/);
    served.now += MINUTE;
  }
});
