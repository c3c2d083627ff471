// The script of the machine that asks, in the language of its loader. A stand-in until libs/boot makes scripts: it says which machine it is.
import { formatIpv4 } from "@leasehold/protocol";
import { type Answer, textAnswer } from "../served/answer.ts";
import type { Asked } from "../served/asked.ts";
import type { RouteParts } from "./route.ts";

export function machineScript(_asked: Asked, { machine, node }: RouteParts): Answer {
  if ("kind" in machine) return machine;
  const { host, mac, address } = machine;
  const who = [host?.hostname, host?.id, mac, address && formatIpv4(address)].filter(
    (one) => one !== undefined,
  );
  return textAnswer(
    `#!ipxe\necho Leasehold: ${who.join(" ").replaceAll(/[^\w .:-]/g, "?")} from ${node}\nsleep 5\nexit 1\n`,
  );
}
