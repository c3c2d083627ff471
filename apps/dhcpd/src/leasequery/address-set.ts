// Addresses as bits: a million of a few networks take less than a megabyte, and adding one never stalls.
import type { Ipv4 } from "@leasehold/protocol";

const OCTETS_OF_64K = 8192;

export class AddressSet {
  /** By the upper half of the address: a bit for each lower half. */
  private readonly pages = new Map<number, Uint8Array>();

  /** Says whether the address is new. */
  add(address: Ipv4): boolean {
    const page = this.pageOf(address >>> 16);
    const at = (address & 0xffff) >>> 3;
    const bit = 1 << (address & 7);
    if ((page[at]! & bit) !== 0) return false;
    page[at]! |= bit;
    return true;
  }

  private pageOf(upper: number): Uint8Array {
    let page = this.pages.get(upper);
    if (page === undefined) {
      page = new Uint8Array(OCTETS_OF_64K);
      this.pages.set(upper, page);
    }
    return page;
  }
}
