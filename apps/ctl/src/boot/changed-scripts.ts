// Which hosts get another boot script by a changed document, and what is different for one of them. Made here, by the code that
// serves scripts; unknown machines are not known here either.
import type { NetworkDocument } from "@leasehold/network";
import type { HostRow } from "../answers/host-row.ts";
import type { Context } from "../command.ts";
import { hostOfRow } from "./booting-host.ts";

export interface ChangedScripts {
  readonly changed: number;
  /** How many hosts were looked at. */
  readonly of: number;
  readonly sample: { readonly host: string; readonly lines: readonly string[] };
}

/** Each takes some 30 µs. */
const HOSTS_MAX = 20_000;
const LINES_MAX = 30;
/** Of a host for which the inventory has no architecture: its loader will state one, and without any, a profile with {arch} has no script. */
const ASSUMED_ARCH = "x86_64";

/** Undefined where no script changes, and where no document before had any. */
export async function changedScripts(
  before: NetworkDocument | undefined,
  after: NetworkDocument,
  { api }: Context,
): Promise<ChangedScripts | undefined> {
  if (before === undefined || !(hasProfiles(before) || hasProfiles(after))) return undefined;
  const { bootScript } = await import("@leasehold/boot");
  const { compileNetwork } = await import("@leasehold/network");
  const rows = (await api.get("/api/v1/hosts")).body;
  const hosts = (Array.isArray(rows) ? (rows as HostRow[]) : [])
    .slice(0, HOSTS_MAX)
    .flatMap((row) => hostOfRow(row) ?? []);
  const [old, now] = [compileNetwork(before, 0), compileNetwork(after, 0)];
  const node = { name: "NODE" };
  const changes = hosts.flatMap((host) => {
    const of = (network: typeof old) =>
      String(
        bootScript({ network, machine: { host, arch: host.arch ?? ASSUMED_ARCH }, node, format: "ipxe" })
          .content,
      );
    const lines = differenceOf(of(old), of(now));
    return lines.length === 0 ? [] : [{ host: nameOf(host), lines: lines.slice(0, LINES_MAX) }];
  });
  const [sample] = changes;
  return sample && { changed: changes.length, of: hosts.length, sample };
}

function hasProfiles(document: NetworkDocument): boolean {
  return /"(profile|unknown)":"/.test(JSON.stringify(document));
}

function nameOf({ id, hostname }: { id: string; hostname?: string }): string {
  return hostname === undefined || hostname === id ? id : `${id} (${hostname})`;
}

/** Lines that are in one script only, in their order. */
function differenceOf(before: string, after: string): readonly string[] {
  if (before === after) return [];
  const [old, now] = [before.split("\n"), after.split("\n")];
  const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  const come = now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`);
  return gone.length + come.length === 0 ? ["~ the order of its lines"] : [...gone, ...come];
}

export function changedScriptLines({ changed, of, sample }: ChangedScripts): readonly string[] {
  const hosts = `${changed} of ${of} ${of === 1 ? "host" : "hosts"}`;
  return [`~ boot script of ${hosts}; that of ${sample.host}:`, ...sample.lines.map((line) => `    ${line}`)];
}
