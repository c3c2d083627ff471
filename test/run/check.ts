// `./run check`: format and lint (Biome), what nothing uses (knip), then types (tsc).
import { child, root } from "./child.ts";
import type { RunCommand } from "./command.ts";

export const check: RunCommand = {
  name: "check",
  usage: "check",
  about: "format, lint, dead code and types",
  async run() {
    const biome = await child(`${root}node_modules/.bin/biome`, ["check", "--error-on-warnings", "."]);
    const dead = await child(`${root}node_modules/.bin/knip`, [
      "--no-progress",
      "--treat-config-hints-as-errors",
    ]);
    const types = await child(`${root}node_modules/.bin/tsc`, ["--noEmit", "-p", "."]);
    return biome === 0 && dead === 0 && types === 0 ? 0 : 1;
  },
};
