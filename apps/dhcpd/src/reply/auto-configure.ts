// Auto-Configure (option 116, RFC 2563): a client that gets no address is told not to make one up (169.254/16), where the
// network document says `autoConfigure: 0`.
import type { SilentReason } from "@leasehold/leases";
import { type EncodedOption, MessageType, OptionCode, type Packet } from "@leasehold/protocol";
import type { ReplyFeature } from "./feature.ts";

const DO_NOT_AUTO_CONFIGURE = 0;

/**
 * What an OFFER of 0.0.0.0 says of it. RFC 2563 §2.3: where the site disables auto-configuration, a DISCOVER with the
 * option for which no address is chosen MUST be answered so; where the site allows it, or the option is not there, it is
 * not answered: undefined.
 */
export function autoConfigureOption(
  request: Packet,
  options: ReadonlyMap<number, Uint8Array>,
): EncodedOption | undefined {
  const configured = options.get(OptionCode.autoConfigure);
  const isDisabled = configured?.length === 1 && configured[0] === DO_NOT_AUTO_CONFIGURE;
  // RFC 2563 §2.5: the option affects the initial address selection, no other message.
  if (!isDisabled || request.messageType !== MessageType.DISCOVER || !request.has(OptionCode.autoConfigure))
    return undefined;
  return [OptionCode.autoConfigure, Uint8Array.of(DO_NOT_AUTO_CONFIGURE)];
}

/** The silences that mean: no address is chosen for this host. After the others the next try, or another node, may bring one. */
const NO_ADDRESS: ReadonlySet<SilentReason> = new Set<SilentReason>([
  "no-pool-for-client",
  "pool-exhausted",
  "reserved-address-held",
]);

/** Whether the silence that a DISCOVER would meet is one that RFC 2563 §2.3 wants answered. */
export function meansNoAddress(reason: SilentReason): boolean {
  return NO_ADDRESS.has(reason);
}

export const autoConfigure: ReplyFeature = {
  name: "auto-configure",
  codes: [OptionCode.autoConfigure],
  isForBootp: false,
  when: "in an OFFER of no address, where the client asks whether it may make one up (RFC 2563)",
  needs: [OptionCode.autoConfigure],
  apply(request, { type, yiaddr, settings }, { options }) {
    if (type !== "OFFER" || yiaddr !== 0 || settings === undefined) return;
    const option = autoConfigureOption(request, settings.options);
    if (option !== undefined) options.push(option);
  },
};
