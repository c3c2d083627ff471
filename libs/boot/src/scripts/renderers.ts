// A renderer for each language of scripts.
import type { ScriptFormat } from "@leasehold/network";
import type { Plan } from "../profiles/plan.ts";
import type { Source } from "../profiles/sources.ts";
import { grubScript } from "./grub-script.ts";
import { ipxeScript } from "./ipxe-script.ts";
import { pxelinuxScript } from "./pxelinux-script.ts";
import type { Rendered, ScriptCase } from "./script-case.ts";
import { scriptImage } from "./script-image.ts";
import { uBootScript } from "./u-boot-script.ts";

export interface Renderer {
  /** Text that says what the language has no way to do. Every language can do the steps. */
  readonly render: (one: ScriptCase, plan: Plan, from: { sources: readonly Source[] }) => Rendered;
  /** A text of the site's own as the loader wants it. */
  readonly packed: (text: string) => string | Uint8Array;
}

const asIs = (text: string) => text;

const RENDERERS: Readonly<Record<ScriptFormat, Renderer>> = {
  ipxe: { render: (one, plan) => ({ content: ipxeScript(one, plan) }), packed: asIs },
  grub: { render: grubScript, packed: asIs },
  pxelinux: { render: pxelinuxScript, packed: asIs },
  "u-boot": { render: uBootScript, packed: scriptImage },
};

export function rendererOf(format: ScriptFormat): Renderer {
  return RENDERERS[format];
}
