#!/usr/bin/env node
// `leasehold`: the operator's command.
import { realWorld } from "./io/world.ts";
import { run } from "./run.ts";

// A reader that has seen enough (`leasehold leases | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), realWorld);
