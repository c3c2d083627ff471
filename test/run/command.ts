// A command of `./run`: a name, what it is for, and what it does with the words after it; it answers with an exit code.
export interface RunCommand {
  readonly name: string;
  readonly usage: string;
  readonly about: string;
  run(args: readonly string[]): Promise<number>;
}
