// Room for the replies that the load tool has not read yet. perfdhcp takes the machine's default for its socket, some 250 replies; on
// two processors that servers share with it, it is not always there in time, and what it lost itself would be counted as the server's loss.
// Only sockets that are opened meanwhile have it: the tool's, not a server's.
import { readFileSync, writeFileSync } from "node:fs";

const DEFAULT = "/proc/sys/net/core/rmem_default";
const OCTETS = 4 << 20;

/** Runs `drive` with more room, where the machine lets us; it is as it was afterwards. */
export async function withReceiveRoom<T>(drive: () => Promise<T>): Promise<T> {
  const before = readFileSync(DEFAULT, "latin1");
  const restore = () => write(before);
  process.once("exit", restore);
  write(`${OCTETS}`);
  try {
    return await drive();
  } finally {
    restore();
    process.off("exit", restore);
  }
}

function write(value: string): void {
  try {
    writeFileSync(DEFAULT, value);
  } catch {
    // Not root of the machine: all contestants have what there is.
  }
}
