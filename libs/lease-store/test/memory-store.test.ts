import type { Instant } from "@leasehold/leases";
import { MemoryLeaseStore } from "@leasehold/leases";
import { leaseStoreContract } from "./contract.ts";

leaseStoreContract("in memory", async () => {
  const store = new MemoryLeaseStore(() => 0 as Instant);
  return {
    writers: [store, store],
    read: async (append) => store.log.findLast(({ address }) => address === append.address),
    close: async () => {},
  };
});
