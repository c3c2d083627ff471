// A router on the lab's link that only advertises itself: without one, the iPXE of 2019 waits 13 s before each boot.
import { entering } from "../../lab/host.ts";
import type { Lab } from "../../lab/lab.ts";
import { startDaemon } from "../../lab/processes.ts";
import { typescript } from "../../lab/service.ts";
import { logOf } from "../../lab/state.ts";

/** Until the lab is taken down. */
export function advertiseRouter({ state }: Lab): void {
  const program = typescript("test/boot/qemu/router-advertisement-program.ts");
  startDaemon([...entering(state.holders.sw!), ...program, "br0"], logOf(state, "sw", "router"));
}
