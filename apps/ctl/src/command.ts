// What a command of `leasehold` is, and what it is given. A command is one file that exports one of these.
import type { ExitCode } from "./failure.ts";
import type { Api } from "./io/api.ts";
import type { LoaderRequest, UnpackedLoaders } from "./io/debian-loaders.ts";
import type { Prepared, StoreLogin } from "./io/store.ts";

export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  readonly short?: string;
  readonly value?: string; // What the help shows for the value: "URL".
  readonly about: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export interface Command {
  readonly name: string;
  readonly positionals: readonly string[]; // All of them are required: ["<ip>"].
  readonly about: string;
  readonly options?: OptionTable;
  run(context: Context): Promise<Answer>;
}

/** What a command found out: `json` for `--json`, `lines` for people. */
export interface Answer {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** 0 unless it is said. */
  readonly exitCode?: ExitCode;
}

export interface Context {
  readonly args: readonly string[];
  readonly options: Options;
  readonly commands: readonly Command[]; // For the help.
  readonly api: Api;
  readonly environment: CliEnvironment;
  /** Says something before the answer is known. Silent under `--json`. */
  say(line: string): void;
}

export interface Options {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

/** What the command uses of its process: made once in main.ts, and by the tests. */
export interface CliEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): number; // Milliseconds since 1970.
  print(line: string): void;
  printError(line: string): void;
  readText(path: string): Promise<string>;
  prepareStore(login: StoreLogin, replicas: 1 | 3): Promise<Prepared>;
  unpackLoaders(request: LoaderRequest): Promise<UnpackedLoaders>;
  /** Asks at the terminal; undefined when there is none. */
  confirm?(question: string): Promise<boolean | undefined>;
  /** At most this long a change waits for the nodes to follow it. */
  readonly followTimeoutMs?: number;
}
