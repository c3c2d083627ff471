// What `POST /api/v1/explain` answers, for people to read.
import { type Cell, card, table } from "../text/table.ts";
import { durationText, relativeTime } from "../text/times.ts";

interface Row {
  readonly name: string;
  readonly value: string;
  readonly from: string;
}

export interface Explanation {
  readonly node: string;
  readonly networkRevision: number;
  readonly packet: {
    readonly type: string;
    readonly mac: string;
    readonly vendorClass: string | null;
    readonly requestedAddress: string | null;
    readonly ciaddr: string | null;
  };
  readonly assumed: string | null;
  readonly link: {
    readonly via: string;
    readonly subnets: readonly string[];
    readonly sharedNetwork: string | null;
  } | null;
  readonly client: {
    readonly identity: string;
    readonly host?: {
      readonly id: string;
      readonly source: string;
      readonly type?: string;
      readonly role?: string;
    };
    readonly known: boolean;
    readonly classes: readonly string[];
    readonly reservation: string | null;
    readonly reservedAddress?: { readonly address: string; readonly by: string };
    readonly leases: readonly {
      readonly address: string;
      readonly state: string;
      readonly expiresAt: string | null;
    }[];
    readonly nodes: readonly string[];
  } | null;
  readonly pools: readonly { readonly id: string; readonly for: string; readonly serves: boolean }[];
  readonly subnet: string | null;
  readonly pool: string | null;
  readonly decision: {
    readonly kind: string;
    readonly reply: string | null;
    readonly reason: string | null;
    readonly address: string | null;
    readonly seconds: number | null;
    readonly writes: string | null;
  };
  readonly options: readonly (Row & {
    readonly sent: boolean /** Absent: an older node. */;
    readonly why?: string;
  })[];
  readonly lease: readonly Row[];
  readonly server: readonly Row[];
  /** Null: the document says nothing of it. Absent: an older node. */
  readonly boot?: Boot | null;
}

interface Boot {
  readonly settings: readonly Row[];
  readonly strategy: string | null;
  readonly architecture?: { readonly code: number; readonly name: string };
  readonly quirk?: { readonly what: string; readonly source: string };
  /** Absent where the node is of an earlier version. */
  readonly profile?: string | null;
  readonly missing: string | null;
  readonly answer?: {
    readonly nextServer: string;
    readonly file: string;
    readonly options: readonly { readonly code: number; readonly name: string; readonly value: string }[];
  };
}

export function explanationLines(answer: Explanation, now: number): string[] {
  const { client, link, pool, subnet } = answer;
  return [
    ...card([
      ["packet", packetText(answer)],
      ["assumed", answer.assumed],
      ["link", link && linkText(link)],
      ["client", client?.identity],
      ["host", client && hostText(client)],
      ["classes", client?.classes.join(", ")],
      ["reservation", client && reservationText(client)],
      ...(client?.leases ?? []).map((lease) => ["lease", leaseText(lease, now)] as const),
      ["decision", decisionText(answer)],
      ["subnet", subnet],
      ["pool", pool ?? poolsText(answer)],
      ["boot", answer.boot && bootText(answer.boot)],
      ["boot profile", answer.boot?.answer && answer.boot.profile],
      ["quirk", answer.boot?.quirk && `${answer.boot.quirk.what} (${answer.boot.quirk.source})`],
      ["network", `revision ${answer.networkRevision}, as node ${answer.node} has it`],
    ]),
    ...settingLines(answer),
  ];
}

function packetText({ packet, client, link }: Explanation): string {
  const { type, mac, requestedAddress, ciaddr, vendorClass } = packet;
  const about = requestedAddress ?? ciaddr;
  const isRelayed = link?.via.startsWith("relay") ?? true;
  const order = client?.nodes ?? [];
  return [
    `${type} from ${mac || "no hardware address"}`,
    ...(about === null ? [] : [`about ${about}`]),
    ...(vendorClass === null ? [] : [`as ${vendorClass}`]),
    ...(isRelayed || order.length < 2
      ? []
      : [`for ${order[0]} to answer, then ${order.slice(1).join(", ")}`]),
  ].join(", ");
}

function linkText({ via, subnets, sharedNetwork }: NonNullable<Explanation["link"]>): string {
  const shared = sharedNetwork === null ? "" : ` (shared network ${sharedNetwork})`;
  return `${via}: ${subnets.join(", ")}${shared}`;
}

function hostText({ host, known }: NonNullable<Explanation["client"]>): string {
  if (host === undefined) return known ? "known by its reservation" : "unknown";
  return [`${host.id} (${host.source})`, host.type, host.role].filter(Boolean).join(", ");
}

function reservationText({ reservation, reservedAddress }: NonNullable<Explanation["client"]>): string {
  const address = reservedAddress && `${reservedAddress.address}, by the ${reservedAddress.by}`;
  return [reservation, address].filter(Boolean).join(": ");
}

function leaseText(lease: NonNullable<Explanation["client"]>["leases"][number], now: number): string {
  const end = lease.state === "bound" ? relativeTime(lease.expiresAt, now) : undefined;
  return `${lease.address} ${lease.state}${end === undefined ? "" : `, expires ${end}`}`;
}

function decisionText({ decision }: Explanation): string {
  const { kind, reply, reason, address, seconds, writes } = decision;
  const stored = writes === null ? "" : `, once ${writes} is stored`;
  switch (kind) {
    case "grant":
      return `${reply} ${address} for ${durationText(seconds ?? 0)}${stored}`;
    case "inform":
      return "ACK, with settings and without an address";
    case "offer-no-address":
      return "OFFER of 0.0.0.0: the client can do without IPv4";
    case "refuse":
      return `NAK: ${reason}${address === null ? "" : ` (${address})`}`;
    default:
      return `silence: ${reason}${stored}`;
  }
}

/** Where no pool was used, why not. */
function poolsText({ decision, pools }: Explanation): string | undefined {
  if (decision.reason !== "no-pool-for-client" && decision.reason !== "pool-exhausted") return undefined;
  const texts = pools.map(({ id, for: whom, serves }) => `${id} is ${serves ? "full" : `for ${whom}`}`);
  return texts.join("; ") || "the link has none";
}

function bootText({ strategy, architecture, missing, answer }: Boot): string {
  const whom = [strategy, architecture && `${architecture.name} (architecture ${architecture.code})`]
    .filter(Boolean)
    .join(", ");
  if (answer === undefined) return `${whom === "" ? "" : `${whom}: `}no boot answer, as ${missing}`;
  const file = answer.file === "" ? "no file" : answer.file;
  const server = answer.nextServer === "0.0.0.0" ? "" : `, from ${answer.nextServer}`;
  return `${whom}: ${file}${server}`;
}

function bootLines(boot: Boot | null | undefined): string[] {
  if (!boot) return [];
  const options = boot.answer?.options.map(({ name, value }) => [name, value]) ?? [];
  return [
    ...["", ...table(["BOOT", "VALUE", "FROM"], boot.settings.map(cellsOf))],
    ...(options.length === 0 ? [] : ["", ...table(["BOOT OPTION", "VALUE"], options)]),
  ];
}

function settingLines({ options, lease, server, boot }: Explanation): string[] {
  const sent = options.filter((option) => option.sent);
  const others = Map.groupBy(
    options.filter((option) => !option.sent),
    ({ why = "not asked for, or without room" }) => why,
  );
  const parts: [string, readonly Row[]][] = [
    ["LEASE", lease],
    ["SERVER", server],
  ];
  const tables = parts
    .filter(([, rows]) => rows.length > 0)
    .flatMap(([head, rows]) => ["", ...table([head, "VALUE", "FROM"], rows.map(cellsOf))]);
  const rows = sent.map((option) => [...cellsOf(option), option.why ?? "-"]);
  return [
    ...(rows.length > 0 ? ["", ...table(["OPTION", "VALUE", "FROM", "SENT AS"], rows)] : []),
    ...tables,
    ...bootLines(boot),
    ...(others.size > 0 ? [""] : []),
    ...Array.from(others, ([why, those]) => `${why}: ${those.map(({ name }) => name).join(", ")}`),
  ];
}

function cellsOf({ name, value, from }: Row): Cell[] {
  return [name, value, from];
}
