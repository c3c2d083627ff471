// A request that was served, as an event on its machine's timeline.
import { type BootEvent, stageArch, storableBootEvent } from "@leasehold/boot";
import type { Mac } from "@leasehold/protocol";
import type { Served } from "../served/served.ts";

export interface SeenBoot {
  readonly mac: Mac;
  readonly event: BootEvent;
}

/**
 * Undefined for what no machine asked: whoever asks is not known, or is another one than it names.
 * @param at ms since the epoch.
 */
export function seenBoot(served: Served, { node, at }: { node: string; at: number }): SeenBoot | undefined {
  const { mac, isFromMachine, via, outcome, name, server, client, bytes, ms, arch, script, detail } = served;
  if (mac === undefined || isFromMachine !== true) return undefined;
  const event = storableBootEvent({
    ...{ at, node, stage: stageOf(served), via, outcome, file: name, server, address: client },
    ...{ arch: arch === undefined ? undefined : stageArch(arch), profile: script?.profile },
    ...{ bytes, ms: Math.round(ms), detail: script?.reason ?? detail },
  });
  return { mac: mac as Mac, event };
}

export function stageOf({ script }: Pick<Served, "script">): BootEvent["stage"] {
  if (script === undefined) return "file";
  return script.isOfLoop === true ? "loop" : "script";
}
