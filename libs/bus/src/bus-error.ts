// What went wrong with NATS, in a sentence for the person who is paged, and what to do about it.

/** `message` says what was tried and what came back; `fix` says what to do. */
export class BusError extends Error {
  readonly fix: string;
  /** Trying again may help: something is not up yet, as opposed to wrong. */
  readonly isTransient: boolean;

  constructor(message: string, fix: string, options?: ErrorOptions & { isTransient?: boolean }) {
    super(message, options);
    this.name = "BusError";
    this.fix = fix;
    this.isTransient = options?.isTransient ?? false;
  }
}

/** The words of whatever was thrown. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
