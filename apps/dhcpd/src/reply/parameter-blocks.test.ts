// What is kept of a reply's options must be what would be made anew, for every client.
import { checkNetwork, compileNetwork } from "@leasehold/network";
import { parseIpv4 } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
  expect(added(blocks, [15, 26], "node-1").map(([code]) => code)).toEqual([15, 26, 1]);
});

test("the octets of option 55 are not kept: the next packet may use their buffer", () => {
  const blocks = new ParameterBlocks(settings);
  const wanted = Uint8Array.of(15, 26);
  const first: (readonly [number, Uint8Array])[] = [];
  blocks.addTo(first, wanted, undefined);
  wanted.set([3, 1]);
  expect(added(blocks, [15, 26], undefined).map(([code]) => code)).toEqual([15, 26, 1]);
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

describe("field report 8: what the client did not ask for", () => {
  const document = checkNetwork({
    version: 1,
    defaults: {
      options: { domainName: "a.example", rootPath: "/", hostName: "x" },
      alwaysSend: ["domainName"],
    },
    subnets: [
      {
        ...{ id: "lan", prefix: "10.0.0.0/24", neverSend: ["rootPath"] },
        options: { routers: ["10.0.0.1"], ntpServers: ["10.0.0.9"] },
        reservations: [
          {
            ...{ mac: "02:00:00:00:00:05", address: "10.0.0.5" },
            options: { tftpServerName: "boot", configurationFile: "five", pathPrefix: "/5/" },
            neverSend: ["hostName"],
          },
        ],
      },
    ],
  });
  if (!document.ok) throw new Error("The document is wrong.");
  const checked = compileNetwork(document.document, 1);
  const lan = checked.subnet("lan")!;
  const all = new ParameterBlocks(checked.settingsFor(lan, undefined, [], undefined));
  const five = new ParameterBlocks(
    checked.settingsFor(lan, undefined, [], lan.reservedAt(parseIpv4("10.0.0.5")!)),
  );
  const codes = (blocks: ParameterBlocks, wanted?: readonly number[], name?: string) =>
    added(blocks, wanted, name).map(([code]) => code);

  test.each([
    ["1 and 3", [1, 3], [1, 3, 66, 209, 210, 15]],
    ["66, 67 and 43", [66, 67, 43], [66, 1, 209, 210, 15]],
    ["nothing, by an empty list", [], [1, 66, 209, 210, 15]],
  ])("to a client with a reservation that asks for %s", (_, wanted, sent) => {
    expect(codes(five, wanted)).toEqual(sent);
  });

  test("C2: the mask, and what is always sent, to each client; the mask before the routers", () => {
    expect(codes(all, [])).toEqual([1, 15]);
    expect(codes(all, [6, 3])).toEqual([1, 3, 15]);
    expect(codes(all, [15, 1])).toEqual([15, 1]);
  });

  test("what is never sent: not to those who ask, nor to those who have no option 55, nor the host's own name", () => {
    expect(codes(all, [17])).toEqual([1, 15]);
    expect(codes(all)).toEqual([1, 3, 12, 15, 28, 42]);
    expect(codes(five, [12, 17], "five")).toEqual([1, 66, 209, 210, 15]);
    expect(codes(all, [12], "five")).toEqual([12, 1, 15]);
  });
});
