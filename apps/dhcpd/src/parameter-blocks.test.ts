// What is kept of a reply's options must be what would be made anew, for every client.
import { compileNetwork } from "@leasehold/network";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ParameterBlocks, parameterBlocks } from "./parameter-blocks.ts";

const network = compileNetwork(
  {
    version: 1,
    subnets: [
      {
        ...{ id: "lan", prefix: "10.0.0.0/24" },
        options: {
          routers: ["10.0.0.1"],
          domainName: "hpc.example",
          hostName: "everybody",
          interfaceMtu: 9000,
        },
      },
    ],
  },
  1,
);
const settings = network.settingsFor(network.subnet("lan")!, undefined, [], undefined);

function added(blocks: ParameterBlocks, wanted: readonly number[] | undefined, hostname: string | undefined) {
  const options: (readonly [number, Uint8Array])[] = [];
  blocks.addTo(options, wanted && Uint8Array.from(wanted), hostname);
  return options.map(([code, value]) => [code, Buffer.from(value).toString("hex")]);
}

test("the blocks of one settings object are made once", () => {
  expect(parameterBlocks(settings)).toBe(parameterBlocks(settings));
});

test("what was asked for before gives the same as what is asked for the first time", () => {
  const kept = new ParameterBlocks(settings);
  const codes = fc.option(fc.array(fc.constantFrom(1, 3, 6, 12, 15, 26, 28, 108), { maxLength: 9 }), {
    nil: undefined,
  });
  const name = fc.constantFrom(undefined, "", "node-1", "node-2");
  const asks = fc.array(fc.tuple(codes, name), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(asks, (all) => {
      for (const [wanted, hostname] of all) {
        expect(added(kept, wanted, hostname)).toEqual(added(new ParameterBlocks(settings), wanted, hostname));
      }
    }),
    { numRuns: 50 },
  );
});

test("a client's own name stands where the client asks for a name, and counts before that of the settings", () => {
  const blocks = new ParameterBlocks(settings);
  const hex = (text: string) => Buffer.from(text).toString("hex");
  expect(added(blocks, [15, 12, 26], "node-1")[1]).toEqual([12, hex("node-1")]);
  expect(added(blocks, [15, 12, 26], undefined)[1]).toEqual([12, hex("everybody")]);
  expect(added(blocks, [15, 26], "node-1").map(([code]) => code)).toEqual([15, 26]);
});

test("the octets of option 55 are not kept: the next packet may use their buffer", () => {
  const blocks = new ParameterBlocks(settings);
  const wanted = Uint8Array.of(15, 26);
  const first: (readonly [number, Uint8Array])[] = [];
  blocks.addTo(first, wanted, undefined);
  wanted.set([3, 1]);
  expect(added(blocks, [15, 26], undefined).map(([code]) => code)).toEqual([15, 26]);
  expect(added(blocks, [3, 1], undefined).map(([code]) => code)).toEqual([1, 3]);
});

test("a lease of another time than the usual one has its own times", () => {
  const blocks = new ParameterBlocks(settings);
  const times = (seconds: number) =>
    blocks.leaseTimes(seconds).map(([code, value]) => [code, Buffer.from(value).readUInt32BE()]);
  expect(times(3600)).toEqual([
    [51, 3600],
    [58, 1800],
    [59, 3150],
  ]);
  expect(times(0xffffffff)).toEqual([51, 58, 59].map((code) => [code, 0xffffffff]));
  expect(times(3600)).toEqual([
    [51, 3600],
    [58, 1800],
    [59, 3150],
  ]);
});
