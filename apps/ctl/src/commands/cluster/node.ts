// `leasehold node drain|undrain <node>`: a node leaves its share of the clients to the others, before it is restarted or
// taken away, and takes it again.

import { apiOf, type Membership } from "../../answers/member.ts";
import { identifier } from "../../client/identifiers.ts";
import type { Command, Context } from "../../command.ts";
import { Failure, usageFailure } from "../../failure.ts";
import { refusal } from "../../io/api.ts";

const SAID: Readonly<Record<string, string>> = {
  drain:
    "is draining: other nodes are taking over its clients. `leasehold node undrain` or a restart ends this.",
  undrain: "serves its share of the clients again.",
};

export const node: Command = {
  name: "node",
  positionals: ["<drain|undrain>", "<node>"],
  about: "Drain a node, so that other nodes take over its clients, or end the drain.",
  async run(context) {
    const [act = "", written = ""] = context.args;
    const said = SAID[act];
    if (said === undefined)
      throw usageFailure(`\`node\` has no \`${act}\`.`, "Write `node drain` or `node undrain`.");
    const name = identifier("node", written);
    const reply = await (await apiOfNode(name, context)).post(`/api/v1/node/${act}`, "", {});
    if (reply.status !== 200) throw refusal(reply);
    return { json: reply.body, lines: [`${name} ${said}`] };
  },
};

async function apiOfNode(name: string, { api }: Context) {
  const reply = await api.get("/api/v1/cluster");
  const { node: self, nodes } = reply.body as Membership;
  if (name === self) return api;
  const member = nodes.find((one) => one.name === name);
  if (member !== undefined) return api.at(apiOf(member, reply.server));
  throw new Failure(`${self} does not know a node named ${name}.`, "`leasehold status` lists them.");
}
