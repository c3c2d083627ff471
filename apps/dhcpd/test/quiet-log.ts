// A log that says nothing.
import type { Log } from "../src/ports.ts";

const nothing = () => {};

export const QUIET_LOG: Log = {
  ...{ debug: nothing, info: nothing, warn: nothing, error: nothing },
  isLevelEnabled: () => false,
};
