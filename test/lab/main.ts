// `./run lab …`: the lab from the command line. What a program may read is on stdout, what a person reads while waiting
// on stderr.
import { parseArgs } from "node:util";
import { commands } from "./commands.ts";

const [name = "help", ...words] = process.argv.slice(2);
const command = commands[name];
try {
  if (!command)
    throw new Error(`There is no command "lab ${name}"; there are ${Object.keys(commands).join(", ")}.`);
  // Everything after -- belongs to the program that is to run on a host.
  const end = words.indexOf("--");
  const { values, positionals } = parseArgs({
    args: end < 0 ? words : words.slice(0, end),
    allowPositionals: true,
    options: {
      name: { type: "string" },
      network: { type: "string" },
      inventory: { type: "string" },
      nodes: { type: "string" },
      clients: { type: "string" },
    },
  });
  const rest = end < 0 ? [] : words.slice(end + 1);
  process.exitCode = (await command({ values, positionals, rest })) ?? 0;
} catch (cause) {
  console.error(`lab: ${(cause as Error).message}`);
  process.exitCode = 1;
}
