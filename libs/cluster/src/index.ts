// Who is in the cluster: what each process tells of itself and what is believed of that, who is a member and who is elected, what time
// it is for all of them, and whether one of them may go on. Knows neither addresses of clients nor leases.
export { Draining, HANDOVER_MS } from "./draining.ts";
export { Election, type Word } from "./election.ts";
export {
  BEAT_EVERY_MS,
  brief,
  DEAD_AFTER_MS,
  type Heartbeat,
  heartbeatFormat,
  type NodeState,
  readHeartbeat,
  roleOf,
  SENTENCE_MAX,
  withinBounds,
} from "./heartbeat.ts";
export { hashOf, Members } from "./members.ts";
export { type LastWord, Membership } from "./membership.ts";
export { NodeName, newBootId, REFUSED_BEAT_MS } from "./node-name.ts";
export { PauseWatch } from "./pause-watch.ts";
export { StreamClock, WARNED_FROM_MS } from "./stream-clock.ts";
