// Which leases the store has lost, by the stream that has every event of the last months: those of which the bucket has nothing, and
// that may still be their clients'. Told with the alarm; nobody writes them back, as whoever emptied the bucket may have meant it.

import type { LoggedRecord } from "@leasehold/bus";
import { type Instant, isBound, type LeaseView, leaseOf, storedEventOf } from "@leasehold/leases";
import { formatIpv4, parseIpv4 } from "@leasehold/protocol";

/** More are not asked for: each is a question to the stream's leader. */
const LOOKED_AT_MAX = 200;
const NAMED_MAX = 10;

export interface LeaseLogReader {
  keys(): Promise<readonly string[]>;
  last(key: string): Promise<LoggedRecord | undefined>;
}

/** In words that follow those of the alarm. May reject. */
export async function lostLeasesInWords(
  log: LeaseLogReader,
  view: Pick<LeaseView, "get">,
  now: () => Instant,
): Promise<string> {
  const gone = (await log.keys()).filter((key) => {
    const address = parseIpv4(key);
    return address !== undefined && view.get(address) === undefined;
  });
  const looked = gone.slice(0, LOOKED_AT_MAX);
  const standing: string[] = [];
  for (const key of looked) {
    const record = await log.last(key);
    const stored = record && storedEventOf(parseIpv4(key)!, record);
    const lease = stored && leaseOf(stored);
    if (!isBound(lease, now())) continue;
    const until = new Date(lease.heldUntil).toISOString();
    standing.push(`${formatIpv4(lease.address)} (${lease.mac ?? lease.client}, until ${until})`);
  }
  const more = standing.length - NAMED_MAX;
  const named = `${standing.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const unseen = gone.length - looked.length;
  const rest = unseen > 0 ? `; ${unseen} more were not checked` : "";
  if (gone.length === 0) return "dhcp-lease-log has no address that the store has not";
  return standing.length === 0
    ? `by dhcp-lease-log none of ${looked.length} is a client's any more${rest}`
    : `by dhcp-lease-log still clients': ${named}${rest}`;
}
