// Other servers: their scripts and their files.
import type { Upstream } from "../../routes/route.ts";
import { UpstreamFiles, type UpstreamFilesParts } from "./upstream-files.ts";
import { UpstreamScripts } from "./upstream-scripts.ts";

export function upstreamOf(parts: UpstreamFilesParts): Upstream {
  const [scripts, files] = [new UpstreamScripts(parts), new UpstreamFiles(parts)];
  return { script: (of) => scripts.script(of), file: (url) => files.open(url) };
}
