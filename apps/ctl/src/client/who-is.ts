// Who gives an order, as it is written into logs and records.
import type { CliEnvironment } from "../command.ts";

export function whoIs({ env }: CliEnvironment): string {
  return env.SUDO_USER || env.USER || env.LOGNAME || "unnamed";
}
