// All commands, in the order in which the help shows them. A new command is one file here and one line below.
import { render } from "../boot/boot-render.ts";
import type { Command } from "../command.ts";
import { accept } from "./accept-loss.ts";
import { apply } from "./apply.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import { help } from "./help.ts";
import { history } from "./history.ts";
import { host } from "./host.ts";
import { hosts } from "./hosts.ts";
import { init } from "./init.ts";
import { lease } from "./lease.ts";
import { clear } from "./lease-clear.ts";
import { leases } from "./leases.ts";
import { node } from "./node.ts";
import { rollback } from "./rollback.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";
import { why } from "./why.ts";

export const commands: readonly Command[] = [
  status, // First what one asks most often:
  leases,
  lease,
  hosts,
  host,
  explain, // then why it is as it is,
  why,
  render,
  diff, // then what changes the network, the look before the leap,
  apply,
  history,
  rollback,
  clear, // then what one does to an address, and to a node,
  node,
  accept, // to the store after a disaster,
  init, // then what is done once,
  help, // and what is known without a server.
  version,
];
