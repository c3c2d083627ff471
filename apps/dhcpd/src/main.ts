// dhcpd: `node apps/dhcpd/src/main.ts node.yaml`. Reads its file, starts the node, and stops it in order on SIGTERM.
import { runDaemon, versionOf } from "@leasehold/daemon";
import { DhcpNode } from "./dhcp-node.ts";
import { addRoutes } from "./io/api/api.ts";
import { metricsOf } from "./io/api/metrics.ts";
import { readNodeFile } from "./node-file.ts";

const version = versionOf(import.meta.url);

await runDaemon({
  name: "dhcpd",
  version,
  fileName: "node.yaml",
  logField: "node",
  docs: { file: "docs/operate.md", routes: "docs/api.md" },
  readFile: readNodeFile,
  open(file, log) {
    const node = new DhcpNode(file, version, log);
    const { view } = node;
    const registry = metricsOf(view);
    return {
      registry,
      addRoutes: (app) => addRoutes(app, view, registry),
      unreadiness: () => view.unreadiness(),
      noteRefusedConnection: () => view.counters.count("anomalies", "api-connection-refused"),
      noteFault: (cause) => node.core.telemetry.faults.count({ cause, during: "work that nobody waits for" }),
      start: () => node.start(),
      stop: () => node.stop(),
    };
  },
});
