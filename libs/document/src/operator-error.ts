// What stopped us and an operator can mend: a sentence for what happened, one for what to do, and a word for programs.

export class OperatorError extends Error {
  /** What to do, in a sentence. */
  readonly fix: string | undefined;
  /** Which kind of failure this is: a word that stays when the sentences change. */
  readonly code: string;

  constructor(message: string, what: { fix: string | undefined; code: string; cause?: unknown }) {
    super(message, what.cause === undefined ? {} : { cause: what.cause });
    this.fix = what.fix;
    this.code = what.code;
  }
}

/** What was thrown, in words. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
