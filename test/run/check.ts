// `./run check`: format and lint (Biome), then types (tsc).
import { child, root } from "./child.ts";
import type { RunCommand } from "./command.ts";

export const check: RunCommand = {
  name: "check",
  usage: "check",
  about: "format, lint and types",
  async run() {
    const biome = await child(`${root}node_modules/.bin/biome`, ["check", "--error-on-warnings", "."]);
    const types = await child(`${root}node_modules/.bin/tsc`, ["--noEmit", "-p", "."]);
    return biome === 0 && types === 0 ? 0 : 1;
  },
};
