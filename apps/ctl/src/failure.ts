// How a command fails: one sentence for what happened, one for what to do, and the exit code.
import { OperatorError } from "@leasehold/document/operator-error";

export const ExitCode = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const CODES = { 0: "ok", 1: "failed", 2: "usage", 3: "unreachable" } as const;

export class Failure extends OperatorError {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
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
    const exitCode = more.exitCode ?? ExitCode.failed;
    super(what, { fix, code: CODES[exitCode], cause: more.cause });
    this.exitCode = exitCode;
    this.details = more.details ?? [];
    this.extra = more.extra ?? {};
  }
}

export function usageFailure(what: string, fix = "`leasehold help` shows all commands."): Failure {
  return new Failure(what, fix, { exitCode: ExitCode.usage });
}
