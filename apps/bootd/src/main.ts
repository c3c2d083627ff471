// bootd: `node apps/bootd/src/main.ts bootd.yaml`. Loaders, scripts and images for machines that boot, by TFTP and HTTP; stops in order
// on SIGTERM.
import { runDaemon, versionOf } from "@leasehold/daemon";
import { readBootFile } from "./boot-file.ts";
import { BootServer } from "./boot-server.ts";
import { addRoutes } from "./io/api/api.ts";
import { metricsOf } from "./io/api/metrics.ts";

const version = versionOf(import.meta.url);

await runDaemon({
  name: "bootd",
  version,
  fileName: "bootd.yaml",
  logField: "node",
  docs: { file: "docs/boot.md", routes: "docs/boot.md" },
  readFile: readBootFile,
  open(file, log) {
    const server = new BootServer(file, version, log);
    return {
      registry: metricsOf(server),
      noteRefusedConnection: () => server.counters.count("refusedApiConnections"),
      unreadiness: () => server.unreadiness(),
      addRoutes: (app) => addRoutes(app, server),
      start: (isStopped) => server.start(isStopped),
      stop: () => server.stop(),
    };
  },
});
