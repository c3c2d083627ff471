// Where a file is: behind each node's URL, the one that answers first. A client has no other way to find a node that is alive.
import type { BootSettings, Template, TemplateValue } from "@leasehold/network";
import { isUrlAt } from "../urls.ts";
import type { BootNode } from "./machine.ts";
import type { Filler } from "./values.ts";

/** Of one of the nodes. */
export interface Source {
  /** "http://10.77.0.11:8069", without a slash at the end. */
  readonly url: string;
  /** Its name or address. */
  readonly server: string;
}

/** Those of the node that is asked first, the others in their order. */
export function sourcesOf(settings: BootSettings | undefined, { address }: BootNode): readonly Source[] {
  const urls = settings?.urls ?? [];
  const own = address === undefined ? [] : urls.filter((url) => isUrlAt(url, address));
  return [...own, ...urls.filter((url) => !own.includes(url))].map((url) => ({
    url,
    server: new URL(url).hostname,
  }));
}

export function valuesAt({ url, server }: Source): ReadonlyMap<TemplateValue, string> {
  return new Map([
    ["url", url],
    ["server", server],
  ]);
}

/** One URL for each source, each once; just one for a URL of its own. A path needs a source to be behind. */
export function urlsOf(location: Template, sources: readonly Source[], filler: Filler): readonly string[] {
  const all = sources.map((source) => {
    const text = filler.fill(location, valuesAt(source));
    const url = text.startsWith("/") ? source.url + text : text;
    if (!isUrl(url)) filler.refuse("a value makes what is no URL");
    return url;
  });
  return [...new Set(all)];
}

/** Values may take the place of its server. */
export function isUrl(text: string): boolean {
  return /^(https?|tftp):\/\/[^/?]/.test(text) && URL.canParse(text);
}
