// TFTP where it takes long: block numbers that go round, and a network that loses, doubles and delays.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BadNetwork, type Badness } from "./bad-network.ts";
import { atftp, busybox, curl, type TftpClient, tftpHpa } from "./tftp-clients.ts";
import { type Endpoint, ServedFiles } from "./tftp-served.ts";

const MB = 1_000_000;
const LARGE = 100 * MB;

let files: ServedFiles;
let served: Endpoint;
let fetches = 0;
beforeAll(async () => {
  files = new ServedFiles();
  served = await files.serve();
  files.write("100MB", LARGE);
});
afterAll(() => files.close());

const of = (client: TftpClient, size: number) => ({ name: client.name, client, size });

// More than 65535 blocks each.
test.each([
  tftpHpa,
  atftp({ blksize: 1428 }),
  atftp({ blksize: 1428, windowsize: 16 }),
  busybox("-b", "1428"),
  curl("--tftp-blksize", "1428"),
])("100 MB by $name", async (client) => {
  const { isSame, report } = await files.fetched(client, "100MB", served, 170);
  console.log(
    `${client.name}: ${(LARGE / report.ms / 1000).toFixed(1)} MB/s, ${report.resentBlocks} blocks again`,
  );
  expect({ isSame, ...report }).toMatchObject({ isSame: true, outcome: "complete", bytes: LARGE });
});

describe.each<Badness>([
  { lost: 5, doubled: 0, delayed: 0 },
  { lost: 0, doubled: 100, delayed: 0 },
  { lost: 0, doubled: 0, delayed: 20 },
  { lost: 5, doubled: 5, delayed: 5 },
])("of 100 datagrams $lost are lost, $doubled doubled, $delayed delayed", (badness) => {
  test.each<{ name: string; client: TftpClient; size: number }>([
    ...[4, 16, 64].map((windowsize) => of(atftp({ blksize: 1468, windowsize }), MB)),
    of(atftp({ blksize: 1468 }), 100_000),
    of(busybox("-b", "1468"), 100_000),
    of(curl("--tftp-blksize", "1468"), 20_000),
    of(tftpHpa, 50_000),
  ])("$size octets by $name", async ({ client, size }) => {
    const { network, endpoint } = await BadNetwork.before(served, badness, size);
    try {
      const { isSame, report } = await files.fetched(
        client,
        files.write(`${++fetches}`, size),
        endpoint,
        170,
      );
      const { ms, resentBlocks, blockSize } = report;
      const again = ((resentBlocks * blockSize) / size) * 100;
      console.log(
        `${client.name}: ${size} octets in ${(ms / 1000).toFixed(1)} s, ${again.toFixed(0)} % of blocks again`,
      );
      expect(isSame).toBe(true);
      expect(["complete", "unconfirmed", "gone"]).toContain(report.outcome);
      if (badness.lost === 0 && badness.delayed === 0) expect(again).toBeLessThan(10);
    } finally {
      network.close();
    }
  });
});
