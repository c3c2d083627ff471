// What went wrong with NATS, in a sentence for the person who is paged, and what to do about it.
import { OperatorError } from "@leasehold/document/operator-error";

/** `message` says what was tried and what came back; `fix` says what to do. */
export class BusError extends OperatorError {
  declare readonly fix: string;
  /** Trying again may help: something is not up yet, as opposed to wrong. */
  readonly isTransient: boolean;

  constructor(message: string, fix: string, options?: ErrorOptions & { isTransient?: boolean }) {
    super(message, { fix, code: "nats", cause: options?.cause });
    this.name = "BusError";
    this.isTransient = options?.isTransient ?? false;
  }
}
