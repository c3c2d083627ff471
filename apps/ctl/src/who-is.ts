// Who gives an order, as it is written into logs and records.
import type { World } from "./command.ts";

export function whoIs({ env }: World): string {
  return env.SUDO_USER || env.USER || env.LOGNAME || "unnamed";
}
