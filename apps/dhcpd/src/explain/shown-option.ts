// One option of a client's settings, and why the reply has it or has not: for `leasehold explain`.
import type { ExplainedOption } from "@leasehold/network";
import { OptionCode, type Packet } from "@leasehold/protocol";
import { featureOf } from "../reply/features.ts";

export interface ShownOption extends Omit<ExplainedOption, "sending" | "sendingFrom"> {
  /** Whether the reply has it. */
  readonly sent: boolean;
  /** Why it has it, or has not. */
  readonly why: string;
}

/** What became of the options of a reply, by code. */
export interface ReplyCodes {
  readonly sent: ReadonlySet<number>;
  /** Without room. */
  readonly omitted: ReadonlySet<number>;
  /** Those that a boot answer has, or leaves out, in place of the settings; undefined: there is none. */
  readonly byBoot?: ReadonlySet<number> | undefined;
}

const OLDER_ROUTES: ReadonlySet<number> = new Set([OptionCode.routers, OptionCode.staticRoutes]);

export function shownOption(
  { sending, sendingFrom, ...option }: ExplainedOption,
  packet: Packet,
  reply: ReplyCodes,
): ShownOption {
  const { code } = option;
  const wanted = packet.raw(OptionCode.parameterRequestList);
  const isAsked = wanted?.includes(code) ?? true;
  if (reply.byBoot?.has(code)) return { ...option, sent: false, why: "the boot answer counts instead" };
  const sent = reply.sent.has(code);
  if (sent) return { ...option, sent, why: whySent() };
  return { ...option, sent, why: whyNot() };

  function whySent(): string {
    if (wanted === undefined) return "the client has no option 55, and gets all";
    if (isAsked) return "asked for";
    if (sending === "always") return `always sent (${sendingFrom})`;
    if (sending === "for-client") return "set for this client";
    return code === OptionCode.subnetMask ? "goes with every address" : "a part of this exchange";
  }

  function whyNot(): string {
    if (sending === "never") return `never sent (${sendingFrom})`;
    if (reply.omitted.has(code)) return "no room";
    if (OLDER_ROUTES.has(code) && reply.sent.has(OptionCode.classlessStaticRoutes))
      return "classlessStaticRoutes count instead";
    const feature = featureOf(code);
    if (feature !== undefined) return `only ${feature.when}`;
    return isAsked ? "not for this client" : "not asked for";
  }
}
