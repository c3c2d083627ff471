// The options that every command takes.
import type { OptionTable } from "./command.ts";

export const globalOptions: OptionTable = {
  server: {
    type: "string",
    multiple: true,
    short: "s",
    value: "URL",
    about:
      "The API of one or more nodes, separated by commas; the first ready node is used. Env LEASEHOLD_SERVER, default http://127.0.0.1:8067.",
  },
  token: { type: "string", value: "TOKEN", about: "The API token. Env LEASEHOLD_TOKEN." },
  json: { type: "boolean", about: "Print JSON instead of text, also for errors." },
  version: { type: "boolean", about: "Show the version of leasehold." },
  help: { type: "boolean", short: "h", about: "Show help for the command." },
};
