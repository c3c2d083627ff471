// `leasehold version`
import type { Command } from "../command.ts";
import { VERSION } from "../version.ts";

export const version: Command = {
  name: "version",
  positionals: [],
  about: "Show the version of leasehold.",
  async run() {
    return { json: { version: VERSION }, lines: [`leasehold ${VERSION}`] };
  },
};
