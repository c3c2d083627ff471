// What goes back as it came: option 61 to the client, and what relay agents wait for (relay-echo.ts).
import { OptionCode } from "@leasehold/protocol";
import { addRelayEchoes, relayAgentEcho } from "../relay/relay-echo.ts";
import type { ReplyFeature } from "./feature.ts";

const RELAY_OPTIONS: readonly number[] = [
  OptionCode.subnetSelection,
  OptionCode.virtualSubnetSelection,
  OptionCode.relayAgentInformation,
];

/** RFC 6842 §3: unaltered in every reply, and not where it was not there. */
export const clientIdentifier: ReplyFeature = {
  name: "client identifier",
  codes: [OptionCode.clientIdentifier],
  isForBootp: false,
  when: "where the client sends it (RFC 6842)",
  needs: [OptionCode.clientIdentifier],
  apply(request, _content, { options }) {
    const identifier = request.raw(OptionCode.clientIdentifier);
    if (identifier !== undefined) options.push([OptionCode.clientIdentifier, identifier]);
  },
};

/** Option 82 last (RFC 3046 §2.2); in a NAK, which has no parameters, alone. */
export const relayEchoes: ReplyFeature = {
  name: "relay agent's options",
  codes: RELAY_OPTIONS,
  isForBootp: true,
  when: "where the client or its relay agent sends it (RFC 3011, 3046, 6607)",
  needs: RELAY_OPTIONS,
  apply(request, { type, isVpnUsed = false, isSelectionUsed = request.giaddr !== 0 }, { options }) {
    if (type !== "NAK") {
      addRelayEchoes(options, request, isVpnUsed, isSelectionUsed);
      return;
    }
    const agent = relayAgentEcho(request, isVpnUsed);
    if (agent !== undefined) options.push(agent);
  },
};
