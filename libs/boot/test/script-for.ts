// Scripts for tests: a document with profiles, a machine, and what it is given.
import type { Host } from "@leasehold/inventory";
import { compileNetwork, type Network, readNetwork, type ScriptFormat } from "@leasehold/network";
import { type Mac, parseIpv4, parseMac } from "@leasehold/protocol";
import { type BootMachine, type BootScript, bootScript } from "../src/index.ts";

export const ip = (text: string) => parseIpv4(text)!;
export const mac = (text: string) => parseMac(text)!;

export const URLS = '["http://10.0.0.11:8069", "http://10.0.0.12:8069"]';

/** A subnet with two nodes, and these profiles, the first of which known machines run. */
export function networkWith(profiles: string, boot = "profile: compute"): Network {
  const read = readNetwork(`version: 1
boot: { profiles: [${profiles}] }
subnets:
  - { id: lan, prefix: 10.0.0.0/24, boot: { urls: ${URLS}, ${boot} } }
`);
  if (!read.ok) throw new Error(read.problems.map(({ path, found }) => `${path}: ${found}`).join("\n"));
  return compileNetwork(read.document, 1);
}

export const MAC: Mac = mac("a4:bf:01:38:ee:65");

export function hostWith(more: Partial<Host> = {}): Host {
  return {
    ...{
      id: "x1000c0s0b0n0",
      source: "smd",
      groups: ["blue"],
      problems: [],
      observedAt: "",
      revision: 1,
    },
    ...{ hostname: "nid000001", nid: 1, type: "Node", role: "Compute", labels: { rack: "r7" } },
    interfaces: [{ mac: MAC, since: 0, addresses: [{ address: ip("10.0.0.5"), since: 0 }] }],
    ...more,
  };
}

export function scriptFor(
  network: Network,
  machine: Partial<BootMachine> = {},
  format: ScriptFormat = "ipxe",
): BootScript {
  const known = { mac: MAC, host: hostWith(), arch: "x86_64" };
  return bootScript({
    network,
    machine: { ...known, ...machine },
    node: { name: "n2", address: ip("10.0.0.12") },
    format,
  });
}

/** Of one that is text. */
export function linesOf({ content }: BootScript): readonly string[] {
  if (typeof content !== "string") throw new Error("It is an image.");
  return content.split("\n");
}
