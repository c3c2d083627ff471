// What a change would take away, as a node computed it; and asking whether that is meant. Nothing is lost by accident: without a
// terminal, or a yes, nothing is stored.
import type { Context } from "../command.ts";
import { Failure } from "../failure.ts";

export interface Impact {
  readonly isLoss: boolean;
  readonly lines: readonly string[];
  readonly [more: string]: unknown;
}

/** @throws Failure when something would be lost and nobody said that this is meant. */
export async function acceptLoss(
  impact: Impact | undefined,
  { options, environment }: Context,
): Promise<boolean> {
  if (options.flag("yes")) return true;
  if (impact === undefined || !impact.isLoss) return false;
  const isMeant = await environment.confirm?.("Leases or links will be lost. Store it anyway? [y/N] ");
  if (isMeant) return true;
  throw lossFailure(impact, isMeant === false);
}

export function lossFailure(impact: Impact | undefined, isAsked = false): Failure {
  return new Failure(
    "This change would lose leases or links. Nothing was stored.",
    isAsked
      ? undefined
      : "Use --yes if that is intended. `--dry-run` and `diff` show the losses and store nothing.",
    { extra: { impact } },
  );
}
