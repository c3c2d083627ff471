// Pools with holes: `at` numbers what is leasable, each address once, and nothing else.
import { formatIpv4, ipv4, parsePrefix } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ip, networkOf } from "../../test/client.ts";
import { leasableAddressesOf } from "./compile-pool.ts";

const BASE = ip("10.0.0.0");
const written = (first: number, last: number) =>
  `${formatIpv4(ipv4(BASE + first))}-${formatIpv4(ipv4(BASE + last))}`;

/** Disjoint ranges out of rising numbers, two by two. */
const rising = fc.uniqueArray(fc.nat(255), { minLength: 2, maxLength: 12 }).map((ends) => {
  const inOrder = ends.toSorted((a, b) => a - b);
  return inOrder.flatMap((first, i) =>
    i % 2 === 0 && i + 1 < inOrder.length ? [[first, inOrder[i + 1]!] as const] : [],
  );
});

test("at is a bijection onto the leasable addresses, in rising order", () => {
  fc.assert(
    fc.property(rising, rising, (ranges, holes) => {
      const document = {
        ranges: ranges.map(([first, last]) => written(first, last)),
        exclude: holes.map(([first, last]) =>
          first % 2 ? written(first, last) : formatIpv4(ipv4(BASE + first)),
        ),
      };
      const isIn = (address: number) => ranges.some(([first, last]) => first <= address && address <= last);
      const isHole = (address: number) =>
        holes.some(([first, last]) => first <= address && address <= (first % 2 ? last : first));
      const expected = Array.from({ length: 254 }, (_, i) => i + 1).filter(
        (one) => isIn(one) && !isHole(one),
      );
      const pool = leasableAddressesOf(document, parsePrefix("10.0.0.0/24")!);
      expect(pool.size).toBe(expected.length);
      expect(Array.from({ length: pool.size }, (_, i) => pool.at(i) - BASE)).toEqual(expected);
      expect(expected.map((_, i) => pool.indexOf(pool.at(i)))).toEqual(expected.map((_, i) => i));
      for (let i = 0; i < 256; i++) expect(pool.contains(ipv4(BASE + i))).toBe(expected.includes(i));
      if (pool.size > 0) expect([pool.first, pool.last]).toEqual([pool.at(0), pool.at(pool.size - 1)]);
    }),
  );
});

describe("a pool", () => {
  const network = networkOf(`
version: 1
classes: [{ id: arm, match: { arch: 11 } }, { id: bios, match: { arch: 0 } }]
subnets:
  - id: lan
    prefix: 10.0.0.0/16
    pools:
      - { ranges: [10.0.1.0-10.0.1.9, 10.0.3.0 - 10.0.3.9], exclude: [10.0.1.1], for: arm, keepForKnown: 3 }
      - { range: 10.0.2.0-10.0.2.9, for: known }
      - { range: 10.0.0.0-10.0.0.9, for: unknown }
      - { range: 10.0.4.0-10.0.4.9, allocate: reserved-only }
      - { range: 10.0.5.0-10.0.5.9 }
`);
  const { pools, poolOf } = network.subnet("lan")!;

  test("in several ranges has each address of these, also when another pool lies between", () => {
    expect(pools.map(({ id }) => id)).toEqual([
      "lan/10.0.0.0-10.0.0.9",
      "lan/10.0.1.0-10.0.1.9,10.0.3.0-10.0.3.9",
      "lan/10.0.2.0-10.0.2.9",
      "lan/10.0.4.0-10.0.4.9",
      "lan/10.0.5.0-10.0.5.9",
    ]);
    expect(pools[1]).toMatchObject({
      size: 19,
      keepForKnown: 3,
      first: ip("10.0.1.0"),
      last: ip("10.0.3.9"),
    });
    expect([ip("10.0.1.0"), ip("10.0.3.9"), ip("10.0.2.4")].map(poolOf)).toEqual([
      pools[1],
      pools[1],
      pools[2],
    ]);
    expect([ip("10.0.1.1"), ip("10.0.0.0"), ip("10.0.9.1")].map(poolOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("serves whom it is for", () => {
    const classes = [{ id: "arm", index: 0 }];
    const served = (isKnown: boolean, of = classes) => pools.map((pool) => pool.serves(isKnown, of));
    expect(served(true)).toEqual([false, true, true, false, true]);
    expect(served(false)).toEqual([true, true, false, false, true]);
    expect(served(false, [{ id: "bios", index: 1 }])).toEqual([true, false, false, false, true]);
    expect(served(true, [])).toEqual([false, false, true, false, true]);
  });
});

test("a hundred thousand addresses with ten thousand holes are numbered at once", () => {
  const exclude = Array.from({ length: 10_000 }, (_, i) => formatIpv4(ipv4(ip("10.0.0.0") + i * 10 + 5)));
  const pool = leasableAddressesOf({ range: "10.0.0.1-10.1.134.160", exclude }, parsePrefix("10.0.0.0/8")!);
  expect(pool.size).toBe(90_000);
  let last = -1;
  for (let i = 0; i < pool.size; i++) {
    const address = pool.at(i);
    if (address <= last || !pool.contains(address)) throw new Error(`${i} is out of order`);
    last = address;
  }
});
