// syncer: `node apps/syncer/src/main.ts syncer.yaml`. Inventory sources in, host events out; stops in order on SIGTERM.
import { INVENTORY, requireBuckets } from "@leasehold/bus";
import { logIn, runDaemon, versionOf } from "@leasehold/daemon";
import { addRoutes } from "./io/api.ts";
import { BucketStore } from "./io/bucket-store.ts";
import { reach } from "./io/get-json.ts";
import { metricsOf } from "./io/metrics.ts";
import { Syncer } from "./syncer.ts";
import { readSyncerFile } from "./syncer-file.ts";

await runDaemon({
  name: "syncer",
  version: versionOf(import.meta.url),
  fileName: "syncer.yaml",
  logField: "syncer",
  docs: { file: "docs/inventory-smd.md", routes: "docs/inventory-smd.md" },
  readFile: readSyncerFile,
  open(file, log) {
    const store = new BucketStore();
    const syncer = new Syncer(file.sources, reach, store, log);
    const unreadiness = () => syncer.unreadiness();
    const { registry, noteRefusedConnection } = metricsOf(
      () => syncer.statuses(),
      () => unreadiness() === undefined,
    );
    return {
      registry,
      noteRefusedConnection,
      unreadiness,
      addRoutes: (app) => addRoutes(app, syncer),
      async start(isStopped) {
        store.follow(
          await logIn(file, { log, isStopped, verify: (bus) => requireBuckets(bus, [INVENTORY]) }),
          log,
        );
        syncer.start();
      },
      async stop() {
        await syncer.stop();
        await store.stop();
      },
    };
  },
});
