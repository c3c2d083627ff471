// The script of a machine: what its profile says, in the language of its loader. There is always one: where the profile cannot be used, the
// machine is told why, on its console.
import type { Network, ScriptFormat } from "@leasehold/network";
import { formatIpv4 } from "@leasehold/protocol";
import { type Placed, placed } from "../profiles/chosen-profile.ts";
import type { BootMachine, BootNode } from "../profiles/machine.ts";
import { type Plan, planOf, type StepPlan } from "../profiles/plan.ts";
import { processorOf } from "../profiles/processor.ts";
import { sayable } from "../profiles/sayable.ts";
import { isUrl, type Source, sourcesOf } from "../profiles/sources.ts";
import { Filler, valuesOf } from "../profiles/values.ts";
import { ownText } from "./own-text.ts";
import { rendererOf } from "./renderers.ts";
import type { ScriptCase } from "./script-case.ts";

export interface BootScript {
  /** By its id: what the document chooses for the machine. */
  readonly profile: string;
  /** Text; octets where a loader wants its script in an image. */
  readonly content: string | Uint8Array;
  /** Another server's script, which counts where there is one; `content` says that there was none. */
  readonly proxy?: { readonly url: string; readonly timeoutMs: number; readonly keepSeconds: number };
  /** Why the machine does not run what a profile of the document says, for the log; undefined where it does. */
  readonly reason?: string;
}

export interface ScriptQuestion {
  readonly network: Network;
  readonly machine: BootMachine;
  readonly node: BootNode;
  readonly format: ScriptFormat;
}

export function bootScript({ network, machine, node, format }: ScriptQuestion): BootScript {
  const at = placed(network, machine);
  const sources = sourcesOf(at.settings, node);
  const filler = new Filler(valuesOf(machine, at, node));
  const one: Making = { at, machine, node, format, sources, filler };
  const { profile } = at;
  const template = profile.templates[format];
  if (at.reason !== undefined && profile.next !== undefined)
    return stepScript(one, { kind: "step", step: profile.next, reason: at.reason });
  if (profile.proxy !== undefined && template === undefined) return proxied(one, profile.proxy);
  if (template !== undefined) {
    const content = ownText(format, template, { sources, filler });
    return refused(one) ?? { profile: profile.id, content: rendererOf(format).packed(content) };
  }
  return planned(one, planOf(profile, sources, filler));
}

interface Making {
  readonly at: Placed;
  readonly machine: BootMachine;
  readonly node: BootNode;
  readonly format: ScriptFormat;
  readonly sources: readonly Source[];
  readonly filler: Filler;
}

function planned(one: Making, plan: Plan | string | undefined): BootScript {
  const { at, format, sources } = one;
  if (plan === undefined) return explained(one, `profile ${at.profile.id} has nothing for ${format}`);
  if (typeof plan === "string") return explained(one, plan);
  const refusal = refused(one);
  if (refusal !== undefined) return refusal;
  const made = rendererOf(format).render(caseOf(one, undefined), plan, { sources });
  if ("missing" in made) return explained(one, made.missing);
  return { profile: at.profile.id, content: made.content };
}

function proxied(
  one: Making,
  { url, timeoutMs, keepSeconds }: NonNullable<Placed["profile"]["proxy"]>,
): BootScript {
  const { filler, at, sources } = one;
  const filled = filler.fill(url, new Map(sources.slice(0, 1).map((source) => ["url", source.url] as const)));
  if (!isUrl(filled)) filler.refuse("a value makes what is no URL");
  const refusal = refused(one);
  if (refusal !== undefined) return refusal;
  const { content } = explained(one, `${new URL(filled).host} has not answered`);
  return { profile: at.profile.id, content, proxy: { url: filled, timeoutMs, keepSeconds } };
}

/** Values that no script may have. */
function refused(one: Making): BootScript | undefined {
  const { problems } = one.filler;
  return problems.length === 0 ? undefined : explained(one, problems.join("; "));
}

function explained(one: Making, reason: string): BootScript {
  return stepScript(one, { kind: "step", step: "explain", reason });
}

function stepScript(one: Making, plan: StepPlan & { reason: string }): BootScript {
  const { at, format, sources } = one;
  const made = rendererOf(format).render(caseOf(one, plan.reason), plan, { sources });
  if ("missing" in made) throw new Error(`Each loader can ${plan.step}; ${made.missing}.`);
  return { profile: at.profile.id, content: made.content, reason: plan.reason };
}

function caseOf({ at, machine, node, sources }: Making, reason: string | undefined): ScriptCase {
  const { mac, address, profile } = at;
  const name = at.reservation?.hostname ?? machine.host?.hostname;
  const who = [name, machine.host?.id, mac, address && formatIpv4(address)].filter(
    (one) => one !== undefined,
  );
  const lines = [`${who.join(", ") || "an unnamed machine"}: profile ${profile.id}, from node ${node.name}`];
  if (reason !== undefined) lines.push(reason);
  const path = mac === undefined ? "/boot/ipxe" : `/boot/ipxe?mac=${mac}`;
  const processor = processorOf(machine.arch ?? machine.host?.arch ?? "")?.name;
  return {
    heading: lines.map(sayable),
    addresses: sources.map(({ url }) => url + path),
    processor,
    isUBoot: processor !== undefined && processor !== "x86_64" && processor !== "i386",
  };
}
