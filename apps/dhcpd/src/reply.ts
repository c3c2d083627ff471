// The reply to a request: fixed fields by RFC 2131 table 3, options by what the decision gave and the client asked for.
import type { LeaseTimes, Settings } from "@leasehold/network";
import {
  type EncodedOption,
  encodeOption,
  type Ipv4,
  ipv4,
  type Message,
  MessageType,
  type Packet,
} from "@leasehold/protocol";
import { relayAgentEcho, relayEchoes } from "./relay-echo.ts";
import { serverIdentifierFor } from "./relay-information.ts";

export interface ReplyContent {
  readonly type: "OFFER" | "ACK" | "NAK";
  readonly yiaddr: Ipv4;
  readonly serverIdentifier: Ipv4;
  /** Undefined in a NAK, which carries no parameters. */
  readonly settings?: Settings;
  readonly hostname?: string | undefined;
  /** Options that this very exchange brings about, whatever the settings say of them. */
  readonly extra?: readonly EncodedOption[];
  /** The address is of the VPN that the packet named (RFC 6607). */
  readonly isVpnUsed?: boolean;
  /** Undefined in a NAK and in the answer to INFORM, which must not carry a lease time (RFC 2131 §4.3.5). */
  readonly seconds?: number;
  /** Option 56, in a NAK. */
  readonly text?: string;
}

const PARAMETER_REQUEST_LIST = 55;
const CLIENT_IDENTIFIER = 61;
const HOST_NAME = 12;
const CLASSLESS_ROUTES = 121;
const OLDER_ROUTES: ReadonlySet<number> = new Set([3, 33]);
/** Rapid commit, authentication, IPv6-only, auto-configure, nonces: each depends on more than being configured. */
const NEVER_BY_SETTINGS: ReadonlySet<number> = new Set([80, 90, 108, 116, 145]);
const BROADCAST_FLAG = 0x8000;

export function replyTo(request: Packet, content: ReplyContent): Message {
  const isNak = content.type === "NAK";
  return {
    op: 2,
    htype: request.htype,
    hlen: request.hlen,
    hops: 0,
    xid: request.xid,
    secs: 0,
    // RFC 2131 §4.3.2: a NAK through a relay has the broadcast bit set, so that the relay broadcasts it.
    flags: isNak && request.giaddr !== 0 ? request.flags | BROADCAST_FLAG : request.flags,
    ciaddr: isNak || content.type === "OFFER" ? ipv4(0) : request.ciaddr,
    yiaddr: content.yiaddr,
    siaddr: content.settings?.server.nextServer ?? ipv4(0),
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    ...bootNames(content.settings),
    options: [
      ...headOptions(request, content),
      ...parameterOptions(request, content),
      ...(content.extra ?? []),
      ...echoes(request, isNak, content.isVpnUsed ?? false),
    ],
  };
}

function headOptions(request: Packet, content: ReplyContent): EncodedOption[] {
  const serverIdentifier = serverIdentifierFor(request, content.serverIdentifier);
  const options: EncodedOption[] = [
    [53, Uint8Array.of(MessageType[content.type])],
    [54, encodeOption("serverIdentifier", serverIdentifier)],
  ];
  const { seconds, settings } = content;
  if (seconds !== undefined) options.push(...leaseTimeOptions(seconds, settings?.lease));
  if (content.text !== undefined) options.push([56, encodeOption("message", content.text)]);
  return options;
}

// RFC 2131 §4.4.5: T1 defaults to half of the lease, T2 to seven eighths.
function leaseTimeOptions(
  seconds: number,
  { t1 = 0.5, t2 = 0.875 }: Partial<LeaseTimes> = {},
): EncodedOption[] {
  const isInfinite = seconds === 0xffffffff;
  return [
    [51, uint32(seconds)],
    [58, uint32(isInfinite ? seconds : Math.floor(seconds * t1))],
    [59, uint32(isInfinite ? seconds : Math.floor(seconds * t2))],
  ];
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** What the client asked for and we have, in its order (RFC 2132 §9.8); everything we have when it named nothing. */
function parameterOptions(request: Packet, { settings, hostname }: ReplyContent): EncodedOption[] {
  if (settings === undefined) return [];
  const wanted = request.raw(PARAMETER_REQUEST_LIST);
  const codes = new Set(wanted ?? [...settings.options.keys(), HOST_NAME]);
  // RFC 3442: with classless routes the server SHOULD NOT send the older forms too.
  const hasClasslessRoutes = wanted?.includes(CLASSLESS_ROUTES) && settings.options.has(CLASSLESS_ROUTES);
  const options: EncodedOption[] = [];
  for (const code of codes) {
    if (NEVER_BY_SETTINGS.has(code) || (hasClasslessRoutes && OLDER_ROUTES.has(code))) continue;
    const value =
      code === HOST_NAME && hostname ? encodeOption("hostName", hostname) : settings.options.get(code);
    if (value !== undefined) options.push([code, value]);
  }
  return maskFirst(options);
}

/** siaddr goes with its names: sname and file. */
function bootNames(settings: Settings | undefined): { sname?: string; file?: string } {
  const { name, file } = settings?.server ?? {};
  return { ...(name === undefined ? {} : { sname: name }), ...(file === undefined ? {} : { file }) };
}

/** RFC 2132 §3.3: "If both the subnet mask and the router option are specified … the subnet mask option MUST be first." */
function maskFirst(options: EncodedOption[]): EncodedOption[] {
  const mask = options.findIndex(([code]) => code === 1);
  const router = options.findIndex(([code]) => code === 3);
  if (mask > router && router >= 0) options.splice(router, 0, ...options.splice(mask, 1));
  return options;
}

/** RFC 6842 §3: option 61 as it came. Then what the relay agent gets back, option 82 last (RFC 3046 §2.2). */
function echoes(request: Packet, isNak: boolean, isVpnUsed: boolean): EncodedOption[] {
  const identifier = request.raw(CLIENT_IDENTIFIER);
  const own: EncodedOption[] = identifier === undefined ? [] : [[CLIENT_IDENTIFIER, identifier]];
  if (!isNak) return [...own, ...relayEchoes(request, isVpnUsed)];
  const agent = relayAgentEcho(request, isVpnUsed);
  return agent === undefined ? own : [...own, agent];
}
