// A client, or a port of a relay agent, whose DECLINEs are put up with no longer: told once an hour.
import { declineLimitReached, type LeaseRequest, portKeyOf } from "@leasehold/leases";
import type { Clocks } from "../ports.ts";
import type { NodeWorld } from "../views/node-world.ts";

const HOUR_MS = 3_600_000;

export function noteDeclines(world: NodeWorld, request: LeaseRequest, clocks: Clocks): void {
  const limit = declineLimitReached(world, request, clocks.now());
  const { mac, client, relay, link } = request;
  const port = portKeyOf(relay);
  const who = limit === "relay-port" && port !== undefined ? port : mac ? `mac ${mac}` : `client ${client}`;
  const [subnet] = link;
  const behind = port === undefined || who === port ? "" : `, behind ${port},`;
  const sentence = `${who}${behind} keeps declining addresses of ${subnet!.id}: it has reached its limit, and further DECLINEs are ignored. Check this client, and who uses these addresses (\`leasehold leases --state declined\`).`;
  const fields = { offender: who, mac, port, subnet: subnet!.id };
  world.alarms.raise(`declines ${who}`, { sentence, fields, isOwn: true }, clocks.steady() + HOUR_MS);
}
