// The kept revisions of the network document, as the API tells them.
import { usageFailure } from "../failure.ts";
import type { Api } from "../io/api.ts";

export interface RevisionRow {
  readonly revision: number;
  readonly at: string;
  readonly inForce: boolean;
  readonly changes: number | null;
  readonly summary: string | null;
  readonly sameAs: number | null;
  readonly deleted: boolean;
  /** Why nodes cannot use it; null where they can. Not said by nodes before 0.2. */
  readonly broken?: string | null;
}

export interface RevisionCard {
  readonly revision: number;
  readonly at: string;
  readonly document: unknown;
  readonly changes: readonly string[] | null;
  readonly broken?: string | null;
}

const PATH = "/api/v1/network/history";

/** Newest first. */
export async function revisions(api: Api): Promise<readonly RevisionRow[]> {
  const { body } = await api.get(PATH);
  return Array.isArray(body) ? (body as RevisionRow[]) : [];
}

/** @throws Failure when it is not kept. */
export async function revisionCard(api: Api, revision: number): Promise<RevisionCard> {
  return (await api.get(`${PATH}/${revision}`)).body as RevisionCard;
}

export function revisionNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usageFailure(`\`${text}\` is not a valid revision.`, "`leasehold history` lists the revisions.");
}
