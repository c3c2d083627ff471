// Where the record of an address is. Pools are rows of addresses, so each /24 is a page of 256 slots: nothing is ever moved
// as the index grows, while a Map of a million stands still to do so.
import type { Ipv4 } from "@leasehold/protocol";
import { NO_SLOT, type Slot } from "./record-memory.ts";

const PAGE_BITS = 8;
const PAGE_SIZE = 2 ** PAGE_BITS;

export class AddressIndex {
  private readonly pages = new Map<number, Int32Array>();
  size = 0;

  get(address: Ipv4): Slot {
    const page = this.pages.get(address >>> PAGE_BITS);
    return page === undefined ? NO_SLOT : (page[address & (PAGE_SIZE - 1)] as Slot);
  }

  set(address: Ipv4, slot: Slot): void {
    const number = address >>> PAGE_BITS;
    let page = this.pages.get(number);
    if (page === undefined) {
      page = new Int32Array(PAGE_SIZE).fill(NO_SLOT);
      this.pages.set(number, page);
    }
    const at = address & (PAGE_SIZE - 1);
    this.size += Number(slot !== NO_SLOT) - Number(page[at] !== NO_SLOT);
    page[at] = slot;
  }

  /** Those that are there when their turn comes: it may change meanwhile. */
  *slots(): IterableIterator<Slot> {
    for (const page of this.pages.values()) {
      for (let at = 0; at < PAGE_SIZE; at++) {
        if (page[at] !== NO_SLOT) yield page[at] as Slot;
      }
    }
  }
}
