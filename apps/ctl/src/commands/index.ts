// All commands, in the order in which the help shows them. A new command is one file here and one line below.
import type { Command } from "../command.ts";
import { boots, seen } from "./clients/boot-log.ts";
import { render } from "./clients/boot-render.ts";
import { explain } from "./clients/explain.ts";
import { host } from "./clients/host.ts";
import { hosts } from "./clients/hosts.ts";
import { lease } from "./clients/lease.ts";
import { clear } from "./clients/lease-clear.ts";
import { leases } from "./clients/leases.ts";
import { why } from "./clients/why.ts";
import { accept } from "./cluster/accept-loss.ts";
import { loaders } from "./cluster/boot-fetch.ts";
import { init } from "./cluster/init.ts";
import { node } from "./cluster/node.ts";
import { status } from "./cluster/status.ts";
import { help } from "./help.ts";
import { apply } from "./network/apply.ts";
import { diff } from "./network/diff.ts";
import { history } from "./network/history.ts";
import { rollback } from "./network/rollback.ts";
import { version } from "./version.ts";

export const commands: readonly Command[] = [
  status, // First what one asks most often:
  leases,
  lease,
  hosts,
  host,
  explain, // then why it is as it is,
  why,
  boots,
  seen,
  render,
  diff, // then what changes the network, the look before the leap,
  apply,
  history,
  rollback,
  clear, // then what one does to an address, and to a node,
  node,
  accept, // to the store after a disaster,
  loaders, // to the files that machines load,
  init, // then what is done once,
  help, // and what is known without a server.
  version,
];
