// Hosts: what a source says of them, as it is stored, and the projection that every node answers by. Pure.
export type { Host, HostAddress, HostInterface } from "./host.ts";
export {
  type HostAddressRecord,
  type HostEvent,
  type HostInterfaceRecord,
  type HostProblem,
  type HostRecord,
  hostEvent,
  hostIdOf,
  hostKey,
  isHostId,
  readHostEvent,
} from "./host-event.ts";
export { Inventory, type Quarantined } from "./inventory.ts";
