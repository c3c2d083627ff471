// IPv6-Only Preferred (option 108, RFC 8925): a client that can do without IPv4 is told so, where the network is IPv6-mostly.
// It is where option 108 is configured; its value is V6ONLY_WAIT in seconds.
import { type EncodedOption, OptionCode, type Packet } from "@leasehold/protocol";
import { asksForIpv6Only } from "../request/wishes.ts";
import type { ReplyFeature } from "./feature.ts";

const SIZE = 4;

/**
 * What an OFFER or ACK says of it; undefined where it must say nothing. RFC 8925 §3.3: MUST NOT be there unless the pool is
 * configured so and option 55 asks for it; MUST be there when both are so.
 */
export function ipv6OnlyOption(
  request: Packet,
  options: ReadonlyMap<number, Uint8Array>,
): EncodedOption | undefined {
  const configured = options.get(OptionCode.ipv6OnlyPreferred);
  if (configured === undefined || !asksForIpv6Only(request)) return undefined;
  // RFC 8925 §3.1: the length MUST be 4. §3.3: the configured value, otherwise zero.
  return [OptionCode.ipv6OnlyPreferred, configured.length === SIZE ? configured : new Uint8Array(SIZE)];
}

export const ipv6Only: ReplyFeature = {
  name: "IPv6-only preferred",
  codes: [OptionCode.ipv6OnlyPreferred],
  isForBootp: false,
  when: "in an OFFER or ACK to a client that asks for it by option 55 (RFC 8925)",
  needs: [OptionCode.parameterRequestList],
  apply(request, { settings, seconds }, { options }) {
    // Neither the answer to INFORM nor the OFFER of RFC 2563, which have no lease time.
    if (settings === undefined || seconds === undefined) return;
    const option = ipv6OnlyOption(request, settings.options);
    if (option !== undefined) options.push(option);
  },
};
