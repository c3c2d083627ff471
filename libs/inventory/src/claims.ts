// Who has an address, a hardware address, a client id: of several claims the earliest wins, then the smaller host id.
// The rule looks at the claims alone, never at the order in which they came, so that a node that replays the bucket
// agrees with one that followed it live.
import type { Host, HostInterface } from "./host.ts";

export interface Claim {
  readonly host: Host;
  readonly interface: HostInterface;
  /** ms since the epoch; Infinity when nobody says. */
  readonly since: number;
}

export class Claims<Value> {
  private readonly byValue = new Map<Value, readonly Claim[]>();
  private readonly contested = new Set<Value>();
  /** What was asked for last: of one packet the same is asked many times. */
  private asked: Value | undefined;
  private answer: Claim | undefined;

  /** The claim that counts. */
  winner(value: Value): Claim | undefined {
    if (value !== this.asked) {
      this.asked = value;
      this.answer = this.byValue.get(value)?.[0];
    }
    return this.answer;
  }

  get isContested(): boolean {
    return this.contested.size > 0;
  }

  /** The claims that do not count, each with the one that does. */
  *losers(): Iterable<{ readonly value: Value; readonly claim: Claim; readonly winner: Claim }> {
    for (const value of this.contested) {
      const [winner, ...others] = this.byValue.get(value)!;
      for (const claim of others) yield { value, claim, winner: winner! };
    }
  }

  add(value: Value, claim: Claim): void {
    const before = this.byValue.get(value);
    this.put(value, before ? [...before, claim].sort(compareClaims) : [claim]);
  }

  /** Takes back the claim of this interface of this host. */
  remove(value: Value, host: Host, of: HostInterface): void {
    const before = this.byValue.get(value) ?? [];
    this.put(
      value,
      before.filter((claim) => claim.host !== host || claim.interface !== of),
    );
  }

  private put(value: Value, claims: readonly Claim[]): void {
    this.asked = undefined;
    if (claims.length === 0) this.byValue.delete(value);
    else this.byValue.set(value, claims);
    if (claims.length > 1) this.contested.add(value);
    else this.contested.delete(value);
  }
}

// Infinity - Infinity is NaN: compare, never subtract.
function compareClaims(a: Claim, b: Claim): number {
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  if (a.host.id !== b.host.id) return a.host.id < b.host.id ? -1 : 1;
  if (a.interface.mac === b.interface.mac) return 0;
  return a.interface.mac < b.interface.mac ? -1 : 1;
}
