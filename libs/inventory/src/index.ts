// Hosts: what a source says of them, as it is stored, and the projection that every node answers by. Pure.
export type { Host } from "./host.ts";
export {
  type HostEvent,
  type HostInterfaceRecord,
  type HostProblem,
  type HostRecord,
  hostIdOf,
  hostKey,
  isHostId,
  readHostEvent,
} from "./host-event.ts";
export { Inventory, type Quarantined } from "./inventory.ts";
