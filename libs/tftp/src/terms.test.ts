import { expect, test } from "vitest";
import { agree, defaultPolicy } from "./terms.ts";

const SIZE = 1_048_576;
/** The OACK for a request whose options are written as `name=value …`. */
function oackFor(request: string, policy = {}): string {
  const options = request
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ name: word.split("=")[0]!, value: word.split("=")[1]! }));
  const { acknowledged } = agree(options, SIZE, { ...defaultPolicy, ...policy });
  return acknowledged.map(({ name, value }) => `${name}=${value}`).join(" ");
}

test.each([
  ["tftp-hpa 5.2 asks nothing", "", ""],
  ["iPXE", "blksize=1432 tsize=0", "blksize=1432 tsize=1048576"],
  ["EDK2", "tsize=0 blksize=1468 windowsize=4", "tsize=1048576 blksize=1468 windowsize=4"],
  ["U-Boot", "timeout=5 blksize=1468", "timeout=5 blksize=1468"],
  ["curl", "tsize=0 blksize=512 timeout=6", "tsize=1048576 blksize=512 timeout=6"],
  ["tftp-hpa 7.2", "blksize=1468 windowsize=64 tsize=0", "blksize=1468 windowsize=64 tsize=1048576"],
  ["no more than the link carries (RFC 2348)", "blksize=65464", "blksize=1468"],
  ["more than RFC 2348 has: answered with less", "blksize=65465", "blksize=1468"],
  ["less than RFC 2348 has", "blksize=7", ""],
  [
    "names in any case, as they were written (RFC 2347)",
    "BlkSize=1000 TSIZE=0",
    "BlkSize=1000 TSIZE=1048576",
  ],
  ["what nobody knows (RFC 2090)", "multicast= tsize=0", "tsize=1048576"],
  ["names of JavaScript", "constructor=1 __proto__=1 toString=1", ""],
  ["no number", "blksize=1e3 windowsize=-1 timeout=0x5 tsize=", ""],
  ["a number for nobody", "tsize=99999999999999999999", ""],
  ["no window, no time", "windowsize=0 timeout=0", ""],
  ["a window of 65535 blocks (RFC 7440)", "windowsize=65535", "windowsize=64"],
  ["a window beyond what a client can hold", "windowsize=64 blksize=8192", "windowsize=16 blksize=8192"],
  ["minutes", "timeout=255", ""],
  ["twice: the first one", "blksize=1000 blksize=1400", "blksize=1000"],
])("%s", (_, asked, acknowledged) => {
  expect(oackFor(asked, asked.includes("8192") ? { blockSizeMax: 65464 } : {})).toBe(acknowledged);
});

test("the size of an empty file is not acknowledged: curl takes 0 for nonsense", () => {
  const terms = agree([{ name: "tsize", value: "0" }], 0, defaultPolicy);
  expect(terms).toMatchObject({ acknowledged: [], isSizeAsked: true });
});
