// One call of `leasehold`: arguments in, an exit code out. Whatever happens is printed as text, or as JSON with --json.
import { parseArgs } from "node:util";
import type { CliEnvironment, Command, Context, OptionTable } from "./command.ts";
import { commands } from "./commands/index.ts";
import { ExitCode, Failure, usageFailure } from "./failure.ts";
import { globalOptions } from "./global-options.ts";
import { createApi } from "./io/api.ts";

const DEFAULT_SERVER = "http://127.0.0.1:8067";

type Values = Readonly<Record<string, unknown>>;

export async function run(argv: readonly string[], environment: CliEnvironment): Promise<ExitCode> {
  const json = argv.includes("--json"); // Known before anything can fail, so that failures are JSON too.
  try {
    const { command, args, values } = interpret(argv);
    const answer = await command.run(contextOf({ args, values, json, environment }));
    if (json) environment.print(JSON.stringify(answer.json, undefined, 2));
    else for (const line of answer.lines) environment.print(line);
    return answer.exitCode ?? ExitCode.ok;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    for (const line of json ? [failureJson(error)] : failureLines(error)) environment.printError(line);
    return error.exitCode;
  }
}

interface Call {
  readonly command: Command;
  readonly args: readonly string[];
  readonly values: Values;
}

function interpret(argv: readonly string[]): Call {
  const { values, positionals } = parsed(argv);
  const [name = "help", ...args] = withTwoWords(positionals);
  if (values.help) return { command: commandNamed("help"), args: positionals.slice(0, 1), values };
  if (values.version) return { command: commandNamed("version"), args: [], values };
  const command = commandNamed(name);
  checkPositionals(command, args);
  const known: OptionTable = { ...globalOptions, ...command.options };
  for (const option of Object.keys(values)) {
    if (!(option in known)) throw usageFailure(`\`${name}\` has no option --${option}.`, helpOf(name));
  }
  return { command, args, values };
}

// All options of all commands are known at once, so that they may stand before and after the command's name.
function parsed(argv: readonly string[]): { values: Values; positionals: string[] } {
  const options: Record<string, { type: "string" | "boolean"; multiple?: boolean; short?: string }> = {};
  for (const table of [globalOptions, ...commands.map((command) => command.options ?? {})]) {
    for (const [name, { type, multiple, short }] of Object.entries(table)) {
      options[name] = { type, ...(multiple && { multiple }), ...(short && { short }) };
    }
  }
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const sentence = (error as Error).message.split(". ", 1)[0]!.replace(/\.?$/, ".");
    throw usageFailure(sentence);
  }
}

/** Some commands are two words: `lease clear`. */
function withTwoWords(positionals: readonly string[]): readonly string[] {
  const name = positionals.slice(0, 2).join(" ");
  const isCommand = positionals.length > 1 && commands.some((one) => one.name === name);
  return isCommand ? [name, ...positionals.slice(2)] : positionals;
}

function commandNamed(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (!command) throw usageFailure(`There is no command \`${name}\`.`);
  return command;
}

function checkPositionals(command: Command, args: readonly string[]): void {
  const required = command.positionals.filter((one) => one.startsWith("<"));
  if (args.length < required.length) {
    throw usageFailure(`\`${command.name}\` needs ${required[args.length]}.`, helpOf(command.name));
  }
  if (args.length > command.positionals.length) {
    const surplus = args[command.positionals.length];
    throw usageFailure(`Unexpected argument \`${surplus}\` for \`${command.name}\`.`, helpOf(command.name));
  }
}

function contextOf(call: {
  args: readonly string[];
  values: Values;
  json: boolean;
  environment: CliEnvironment;
}): Context {
  const { args, values, json, environment } = call;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const texts = (name: string): string[] => splitList((values[name] ?? []) as string[]);
  const servers =
    texts("server").length > 0 ? texts("server") : splitList([environment.env.LEASEHOLD_SERVER ?? ""]);
  return {
    args,
    options: { text, texts, flag: (name) => values[name] === true },
    commands,
    api: createApi(
      (servers.length > 0 ? servers : [DEFAULT_SERVER]).map(withScheme),
      tokenOf(text("token"), environment),
    ),
    environment,
    say: (line) => {
      if (!json) environment.print(line);
    },
  };
}

function tokenOf(given: string | undefined, environment: CliEnvironment): string | undefined {
  return given ?? (environment.env.LEASEHOLD_TOKEN || undefined);
}

/** `10.77.0.11:8067` is enough. @throws Failure for what is no URL at all. */
function withScheme(server: string): string {
  const url = /^https?:\/\//.test(server) ? server : `http://${server}`;
  if (!URL.canParse(url))
    throw usageFailure(`\`${server}\` is not a valid server address.`, "Write http://10.77.0.11:8067.");
  return url;
}

function splitList(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter(Boolean);
}

function helpOf(name: string): string {
  return `See \`leasehold help ${name}\`.`;
}

function failureLines(failure: Failure): string[] {
  return [...failure.details, `leasehold: ${failure.message}`, ...(failure.fix ? [failure.fix] : [])];
}

function failureJson(failure: Failure): string {
  return JSON.stringify({ error: failure.message, fix: failure.fix, ...failure.extra }, undefined, 2);
}
