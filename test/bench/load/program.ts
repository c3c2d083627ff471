// Runs on a relay host of the lab, for load-process.ts: commands as lines of JSON on stdin, answers as lines on stdout.
//   argv: the relay's address, then the nodes' addresses
import { createInterface } from "node:readline";
import { ExchangeLoad, type LeaseCommand, type RenewCommand } from "./exchange-load.ts";
import { type StormCommand, StormLoad } from "./storm-load.ts";

export type LoadCommand = LeaseCommand | RenewCommand | StormCommand;

/** A line to whoever gave the command: how far it is, or its result with the CPU that the load itself took. */
export type LoadLine =
  | { readonly kind: "stages"; readonly stages: number }
  | { readonly kind: "done"; readonly result: unknown; readonly cpuSeconds: number };

const [relay = "", ...nodes] = process.argv.slice(2);
let exchanges: ExchangeLoad | undefined;

const say = (line: LoadLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function perform(command: LoadCommand): Promise<unknown> {
  switch (command.do) {
    case "storm": {
      const every = Math.max(1, Math.floor(command.hosts / 20));
      return new StormLoad(command, (stages) => {
        if (stages % every === 0) say({ kind: "stages", stages });
      }).run();
    }
    case "lease":
      exchanges ??= await ExchangeLoad.open(relay, nodes);
      return exchanges.lease(command);
    case "renew":
      if (!exchanges) throw new Error("there is nothing to renew before `lease`");
      return exchanges.renew(command);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  const result = await perform(JSON.parse(line) as LoadCommand);
  const { user, system } = process.cpuUsage(before);
  say({ kind: "done", result, cpuSeconds: (user + system) / 1e6 });
}
process.exit(0);
