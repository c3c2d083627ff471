// A lab of its own for a test file: built before its tests and removed after them. Of one that failed, the logs stay.
import { cpSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { LabOptions } from "../lab/build.ts";
import { Lab } from "../lab/lab.ts";
import { defaultName } from "../lab/layout.ts";

/** A file beside this one. */
export const fileHere = (name: string): string => join(import.meta.dirname, name);

/** Answers with a function that gives the lab, once it is there. */
export function labForTests(suite: string, options: Partial<LabOptions> = {}): () => Lab {
  const name = `${defaultName()}${suite}`;
  const kept = join(tmpdir(), `leasehold-e2e-${name}`);
  let lab: Lab | undefined;
  let hasFailed = false;
  beforeAll(async () => {
    rmSync(kept, { recursive: true, force: true });
    lab = await Lab.up({ name, ...options });
  });
  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === "fail";
  });
  afterAll(async () => {
    if (lab && hasFailed) {
      cpSync(lab.state.directory, kept, { recursive: true, filter: (file) => !file.includes("/stores") });
      console.error(`The logs of lab ${name} are in ${kept}.`);
    }
    await Lab.remove(name);
  });
  return () => lab!;
}
