// The real DHCP clients that the lab knows.
import type { ClientProgram } from "./client.ts";
import { dhclient } from "./dhclient.ts";
import { dhcpcd } from "./dhcpcd.ts";
import { udhcpc } from "./udhcpc.ts";

export const clientPrograms: readonly ClientProgram[] = [dhclient, udhcpc, dhcpcd];
export { type ClientLease, type ClientProgram, RunningClient } from "./client.ts";
