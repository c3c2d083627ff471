// The nodes of the cluster, and which of them comes first for a client or owns a free address: rendezvous hashing, so that
// all nodes that see the same members agree without a word, and a change of members moves only the shares concerned.

/** A well mixed 32-bit hash of two 32-bit numbers (the finaliser of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = a ^ Math.imul(b, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over the characters. */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The live members as one node sees them; immutable. */
export class Members {
  readonly self: string;
  readonly names: readonly string[];
  private readonly seeds: readonly number[];
  private readonly selfIndex: number;

  /** `live` is taken with `self` added: a node that asks is alive. */
  constructor(self: string, live: Iterable<string>, isIn = true) {
    this.self = self;
    this.names = [...new Set(isIn ? [...live, self] : live)].sort();
    this.seeds = this.names.map(hashOf);
    this.selfIndex = this.names.indexOf(self);
  }

  /** Those that can reach a link, which the one that asks may not be able to: it owns nothing then, and comes after all. */
  static among(self: string, names: readonly string[]): Members {
    return new Members(self, names, names.includes(self));
  }

  /** Whether a thing that has a number (an address) is this node's, of all nodes. */
  owns(number: number): boolean {
    return this.rankOf(mix(number, 0x51ed270b)) === 0;
  }

  /** This node's place in the order in which nodes answer for a name (a client): 0 answers now, 1 is next should it be silent. */
  rankFor(name: string): number {
    return this.rankOf(hashOf(name));
  }

  private rankOf(hash: number): number {
    if (this.selfIndex < 0) return Number.POSITIVE_INFINITY;
    const mine = mix(hash, this.seeds[this.selfIndex]!);
    let rank = 0;
    for (let i = 0; i < this.seeds.length; i++) {
      if (i === this.selfIndex) continue;
      const other = mix(hash, this.seeds[i]!);
      if (other > mine || (other === mine && i < this.selfIndex)) rank++;
    }
    return rank;
  }
}
