// What every daemon of Leasehold has: its file, its login to NATS, its signals, and HTTP with health, metrics and a token.
export { readDaemonFile } from "./daemon-file.ts";
export {
  apiSection,
  daemonName,
  listenAddressText,
  listOf,
  logSection,
  natsKeys,
  text,
} from "./daemon-sections.ts";
export { answerProblems, newHttpServer } from "./http-server.ts";
export { inTurns } from "./in-turns.ts";
export { listenAddress } from "./listen-address.ts";
export { logIn } from "./log-in.ts";
export { runDaemon, versionOf } from "./run-daemon.ts";
