// How a client would boot, and why: for `leasehold explain`.
import type { BootAnswer } from "@leasehold/boot";
import type { ExplainedField } from "@leasehold/network";
import { formatIpv4, optionByCode } from "@leasehold/protocol";
import type { Answer, Asked } from "../reply/asked.ts";
import { bootChoiceFor } from "../reply/boot.ts";

/** Null where the document says nothing of it. */
export function bootView(asked: Asked, decision: Answer, settings: readonly ExplainedField[]) {
  if (settings.length === 0) return null;
  const choice = decision.kind === "offer-no-address" ? undefined : bootChoiceFor(asked, decision);
  const { strategy, architecture, quirk, profile, answer, missing } = choice ?? {};
  return {
    settings,
    strategy: strategy ?? null,
    architecture: architecture && { code: architecture.code, name: architecture.name },
    quirk: quirk && { name: quirk.name, what: quirk.what, source: quirk.source },
    profile: profile?.id ?? null,
    missing: choice === undefined ? "the client does not boot, or has booted" : (missing ?? null),
    answer: answer && answerView(answer),
  };
}

function answerView({ nextServer, file, options }: BootAnswer) {
  return {
    nextServer: formatIpv4(nextServer),
    file,
    options: options.map(([code, octets]) => ({
      code,
      name: optionByCode(code)?.name ?? String(code),
      value: textOf(octets),
    })),
  };
}

/** As text where it is text, else in hex. */
function textOf(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString("latin1");
  return /^[\x20-\x7e]+$/.test(text) ? text : `0x${Buffer.from(octets).toString("hex")}`;
}
