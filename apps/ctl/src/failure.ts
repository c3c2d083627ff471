// How a command fails: one sentence for what happened, one for what to do, and the exit code.
export const ExitCode = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  readonly fix: string | undefined;
  /** More lines, printed before the sentence: the problems of a file, one a line. */
  readonly details: readonly string[];
  /** What `--json` adds to the error object. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    what: string,
    fix?: string,
    more: {
      exitCode?: ExitCode;
      details?: readonly string[];
      extra?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(what, { cause: more.cause });
    this.fix = fix;
    this.exitCode = more.exitCode ?? ExitCode.failed;
    this.details = more.details ?? [];
    this.extra = more.extra ?? {};
  }
}

export function usageFailure(what: string, fix = "`leasehold help` shows all commands."): Failure {
  return new Failure(what, fix, { exitCode: ExitCode.usage });
}
