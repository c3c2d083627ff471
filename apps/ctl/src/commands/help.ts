// `leasehold help [command]`: generated from the commands' own descriptions.
import type { Command, OptionTable } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { globalOptions } from "../global-options.ts";
import { card } from "../text/table.ts";

export const help: Command = {
  name: "help",
  positionals: ["[command]"],
  about: "Show all commands, or the options of one command.",
  async run({ args, commands }) {
    const [name] = args;
    if (name === undefined) return { json: commands.map(summary), lines: overview(commands) };
    const command = commands.find((one) => one.name === name);
    if (!command) throw usageFailure(`There is no command \`${name}\`.`);
    return { json: summary(command), lines: page(command) };
  },
};

function overview(commands: readonly Command[]): string[] {
  return [
    "usage: leasehold [options] <command>",
    "",
    "commands:",
    ...indented(commands.map((command) => [callOf(command), command.about])),
    "",
    "options of every command:",
    ...optionLines(globalOptions),
    "",
    "exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server reachable",
  ];
}

function page(command: Command): string[] {
  const own = command.options ? ["", "options:", ...optionLines(command.options)] : [];
  return [`usage: leasehold ${callOf(command)}`, "", command.about, ...own];
}

function optionLines(options: OptionTable): string[] {
  return indented(
    Object.entries(options).map(([name, spec]) => [
      `${spec.short ? `-${spec.short}, ` : ""}--${name}${spec.value ? ` ${spec.value}` : ""}`,
      spec.about,
    ]),
  );
}

function callOf(command: Command): string {
  return [command.name, ...command.positionals].join(" ");
}

function indented(rows: readonly (readonly [string, string])[]): string[] {
  return card(rows).map((line) => `  ${line}`);
}

function summary(command: Command): object {
  return { name: command.name, usage: callOf(command), about: command.about };
}
