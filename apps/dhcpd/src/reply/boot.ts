// How a client boots over the network: the place in a reply for what is worked out for this very client. Nothing works it out yet, so
// that replies have what the settings say (nextServer, file, and options 66 and 67).
import type { LeaseRequest } from "@leasehold/leases";
import type { EncodedOption, Packet } from "@leasehold/protocol";
import type { BootAnswer, ReplyDraft, ReplyFeature } from "./feature.ts";

/** What a client is told; undefined: what the settings say. It has no effects, and `leasehold explain` asks it too. */
export type BootAnswers = (packet: Packet, request: LeaseRequest) => BootAnswer | undefined;

export const boot: ReplyFeature = {
  name: "boot answer",
  // Settings may have the same options: then the answer's count.
  codes: [],
  isForBootp: true,
  when: "where the client boots over the network",
  needs: "boot",
  apply(_request, { boot: answer }, reply) {
    if (answer === undefined) return;
    reply.siaddr = answer.nextServer ?? reply.siaddr;
    reply.sname = answer.serverName ?? reply.sname;
    reply.file = answer.file ?? reply.file;
    for (const option of answer.options ?? []) put(reply, option);
  },
};

/** Each code once. */
function put({ options }: ReplyDraft, option: EncodedOption): void {
  const at = options.findIndex(([code]) => code === option[0]);
  if (at < 0) options.push(option);
  else options[at] = option;
}
