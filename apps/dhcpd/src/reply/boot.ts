// How a client boots over the network: what libs/boot makes of its packet and of `boot:` in the document, and its place in a reply.
import {
  BOOT_OPTIONS,
  type BootChoice,
  type BootPlace,
  bootChoice,
  bootClientOf,
  mayBoot,
  profileIn,
} from "@leasehold/boot";
import { isNamed } from "@leasehold/network";
import { type EncodedOption, MessageType } from "@leasehold/protocol";
import { hostnameOf } from "../request/client.ts";
import { ownAddressFor } from "../request/link.ts";
import type { Answer, Asked } from "./asked.ts";
import type { ReplyDraft, ReplyFeature } from "./feature.ts";

/**
 * Undefined where the document has nothing of it, and for whoever has booted: an operating system, and a client that renews. It has no
 * effects, and `leasehold explain` asks it too.
 */
export function bootChoiceFor(
  asked: Asked,
  decision: Exclude<Answer, { kind: "offer-no-address" }>,
): BootChoice | undefined {
  const { boot } = decision.settings;
  if (boot === undefined) return undefined;
  const { packet, request } = asked;
  if (!mayBoot(packet) || (request.ciaddr !== 0 && request.type === MessageType.REQUEST)) return undefined;
  return bootChoice(bootClientOf(packet, request.mac), decision.host, placeOf(asked, decision, boot));
}

function placeOf(
  { request, network, arrival }: Asked,
  decision: Exclude<Answer, { kind: "offer-no-address" }>,
  settings: BootPlace["settings"],
): BootPlace {
  const { subnet, host } = decision;
  return {
    settings,
    profile: profileIn(network, settings, isNamed(host, request.reserved?.reservation)),
    node: ownAddressFor(arrival.link, subnet, request.link),
    serverIdentifier: network.serverIdentifier?.address,
    address: decision.kind === "grant" ? decision.address : request.ciaddr,
    subnet: subnet.id,
    hostname: hostnameOf(request, decision),
  };
}

export const boot: ReplyFeature = {
  name: "boot answer",
  // Settings may have the same options: then the answer's count.
  codes: [],
  isForBootp: true,
  when: "where the client boots over the network",
  needs: "boot",
  apply(_request, { boot: answer }, reply) {
    if (answer === undefined) return;
    reply.siaddr = answer.nextServer;
    reply.sname = undefined;
    reply.file = answer.file === "" ? undefined : answer.file;
    removeOptionsOfSettings(reply);
    for (const option of answer.options) put(reply, option);
  },
};

function removeOptionsOfSettings({ options }: ReplyDraft): void {
  for (let i = options.length - 1; i >= 0; i--) if (BOOT_OPTIONS.has(options[i]![0])) options.splice(i, 1);
}

/** Each code once. */
function put({ options }: ReplyDraft, option: EncodedOption): void {
  const at = options.findIndex(([code]) => code === option[0]);
  if (at < 0) options.push(option);
  else options[at] = option;
}
