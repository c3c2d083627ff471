import { leaseStoreContract } from "./contract.ts";
import type { Instant } from "./instant.ts";
import { MemoryLeaseStore } from "./memory-store.ts";

leaseStoreContract("in memory", async () => {
  const store = new MemoryLeaseStore(() => 0 as Instant);
  return {
    writers: [store, store],
    read: async (append) => store.log.findLast(({ address }) => address === append.address),
    close: async () => {},
  };
});
