// Real TFTP clients fetch real files; what takes longer is in test/boot.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atftp, busybox, curl, tftpHpa } from "../boot/tftp-clients.ts";
import { type Endpoint, ServedFiles } from "../boot/tftp-served.ts";

const MIB = 1024 * 1024;
const clients = [
  tftpHpa,
  atftp(),
  atftp({ blksize: 1428, windowsize: 8 }),
  busybox(),
  busybox("-b", "1428"),
  curl(),
  curl("--tftp-blksize", "1468"),
  curl("--tftp-no-options"),
];

let files: ServedFiles;
const at: { own: Endpoint; single: Endpoint }[] = [];

beforeAll(async () => {
  files = new ServedFiles();
  at.push({ own: await files.serve(), single: await files.serve({ isSinglePort: true }) });
});
afterAll(() => files.close());

describe.each([0, 511, 512, MIB])("%i octets", (size) => {
  test.each(clients)("by $name", async (client) => {
    const file = files.write(`${size}`, size);
    const { isSame, report } = await files.fetched(client, file, at[0]!.own);
    expect({ isSame, ...report }).toMatchObject({ isSame: true, outcome: "complete", bytes: size });
    const single = await files.fetched(client, file, at[0]!.single);
    expect(single).toMatchObject({ isSame: true, report: { outcome: "complete" } });
  });
});

test.each([1, 2, 4, 8, 16, 32, 64])("atftp in windows of %i", async (windowsize) => {
  const { isSame, report } = await files.fetched(
    atftp({ blksize: 1468, windowsize }),
    files.write("windowed", MIB),
    at[0]!.own,
  );
  expect({ isSame, ...report }).toMatchObject({ isSame: true, outcome: "complete", windowSize: windowsize });
});

test.each([tftpHpa, atftp(), busybox(), curl()])("$name is refused what is not there", async (client) => {
  const before = files.reports.length;
  await expect(files.fetched(client, "../secret", at[0]!.own)).rejects.toThrow();
  expect(files.reports[before]!.outcome).toMatch(/^(forbidden|notFound)$/);
});
