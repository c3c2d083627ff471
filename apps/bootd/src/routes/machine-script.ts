// The script of the machine that asks, in the language of its loader: libs/boot makes it of the document's profile, and where another server is
// to have it, that is asked.
import { type BootMachine, type BootNode, type BootScript, bootScript, loopScript } from "@leasehold/boot";
import type { ScriptFormat } from "@leasehold/network";
import { parseIpv4 } from "@leasehold/protocol";
import type { AskingMachine } from "../machines/asking-machine.ts";
import { type Answer, textAnswer } from "../served/answer.ts";
import type { Asked } from "../served/asked.ts";
import type { RouteParts } from "./route.ts";

export interface ScriptWish {
  readonly format: ScriptFormat;
  /** Only what the document has for the machine: the loader has other names to ask for, and the last of them explains. */
  readonly isOptional?: boolean;
}

/** Undefined where it is optional and the document has none. */
export async function machineScript(
  asked: Asked,
  parts: RouteParts,
  { format, isOptional = false }: ScriptWish,
): Promise<Answer | undefined> {
  const { machine, network, warn, loopOf } = parts;
  if ("kind" in machine) return machine;
  const script = bootScript({ network, format, ...askerOf(asked, machine, parts) });
  if (script.reason !== undefined && isOptional) return undefined;
  const loop = format === "ipxe" && script.reason === undefined ? loopOf(machine, script.profile) : undefined;
  if (loop !== undefined) {
    warn(machine, asked, `it boots again and again: ${loop}`);
    return textAnswer(loopScript(loop), { profile: script.profile, reason: loop, isOfLoop: true });
  }
  const others = await othersScript(script, format, parts);
  const reason = others === undefined ? script.reason : undefined;
  if (reason !== undefined) warn(machine, asked, reason);
  return textAnswer(others ?? script.content, { profile: script.profile, reason });
}

/** As libs/boot wants to know it. */
export function askerOf(
  { server }: Pick<Asked, "server">,
  { mac, host, address, arch, uuid, serial, lease }: AskingMachine,
  { node }: Pick<RouteParts, "node">,
): { readonly machine: BootMachine; readonly node: BootNode } {
  const { relay } = lease ?? {};
  const agent = relay?.agent === undefined ? undefined : Buffer.from(relay.agent, "hex");
  const giaddr = relay === undefined ? undefined : parseIpv4(relay.giaddr);
  return {
    machine: { mac, host, address, arch, uuid, serial, agent, giaddr },
    node: { name: node, address: parseIpv4(server) },
  };
}

async function othersScript(
  { proxy }: BootScript,
  format: ScriptFormat,
  { upstream }: RouteParts,
): Promise<string | undefined> {
  if (proxy === undefined) return undefined;
  const text = await upstream.script(proxy);
  // A BIOS machine takes a body that does not begin so for a program, and may hang in it.
  return format === "ipxe" && text !== undefined && !/^#!ipxe\s/.test(text) ? undefined : text;
}
