import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { unpackLoaders } from "./debian-loaders.ts";

// Before anything is fetched.
test("a folder that cannot be is refused at once, and its parents are not made", async () => {
  const folder = mkdtempSync(`${tmpdir()}/leasehold-loaders-test-`);
  try {
    writeFileSync(`${folder}/file`, "");
    const into = (path: string) => unpackLoaders({ files: [], into: `${folder}/${path}`, suite: "bookworm" });
    await expect(into("a/b")).rejects.toThrow(`There is no folder ${folder}/a.`);
    await expect(into("file")).rejects.toThrow(`The folder ${folder}/file cannot be made`);
    await expect(into("file/b")).rejects.toThrow(`The folder ${folder}/file/b cannot be made`);
    expect(existsSync(`${folder}/a`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
