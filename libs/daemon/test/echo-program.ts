// The smallest daemon: it says over HTTP what its file tells it to, and follows nothing. CONTRIBUTING.md shows it as the way to begin one.

import type { Bus } from "@leasehold/bus";
import { section } from "@leasehold/document";
import { Registry } from "prom-client";
import type * as z from "zod";
import {
  apiSection,
  daemonName,
  logIn,
  logSection,
  natsKeys,
  readDaemonFile,
  runDaemon,
  text,
} from "../src/index.ts";

const schema = section({
  name: daemonName,
  nats: section(natsKeys),
  api: apiSection(8069),
  log: logSection,
  words: text,
});
type EchoFile = z.infer<typeof schema>;

await runDaemon({
  name: "echo",
  version: "0",
  fileName: "echo.yaml",
  logField: "echo",
  docs: { file: "CONTRIBUTING.md", routes: "CONTRIBUTING.md" },
  readFile: (content, file, read) => readDaemonFile<EchoFile>(schema, { content, file, read }),
  open(file, log) {
    let bus: Bus | undefined;
    return {
      registry: new Registry(),
      unreadiness: () => (bus?.connected ? undefined : "NATS is not connected"),
      addRoutes(app) {
        app.get("/api/v1/words", () => ({ words: file.words }));
      },
      async start(isStopped) {
        bus = await logIn(file, { log, isStopped });
      },
      async stop() {
        await bus?.close();
      },
    };
  },
});
