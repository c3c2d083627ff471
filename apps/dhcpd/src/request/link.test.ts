import { compileNetwork } from "@leasehold/network";
import { expect, test } from "vitest";
import { ip } from "../../test/wire.ts";
import { ownAddressFor } from "./link.ts";

const { subnets } = compileNetwork(
  {
    version: 1,
    subnets: [
      { id: "lan", prefix: "10.77.0.0/16", interface: "eth0", sharedNetwork: "link" },
      { id: "more", prefix: "192.168.50.0/24", sharedNetwork: "link" },
      { id: "far", prefix: "10.20.0.0/24" },
    ],
  },
  1,
);
const [lan, more, far] = subnets;
const addresses = [ip("10.77.0.11"), ip("192.168.50.252"), ip("192.168.50.253")];

test.each([
  ["of the client's subnet", [more, ...more!.link], "192.168.50.252"],
  ["of its first one", [lan], "10.77.0.11"],
  ["the first one, where there is none in it", [far], "10.77.0.11"],
  ["of another subnet of its link, before that", [far, more], "192.168.50.252"],
  ["the first one, where its subnet is not known", [undefined], "10.77.0.11"],
])("C3: the address is that %s", (_, of, expected) => {
  expect(
    ownAddressFor(
      { addresses },
      of[0],
      of.slice(1).filter((subnet) => subnet !== undefined),
    ),
  ).toBe(ip(expected));
});

test("C3: one that was asked counts where none is in the client's subnet", () => {
  expect(ownAddressFor({ addresses: addresses.toReversed() }, far)).toBe(ip("192.168.50.253"));
});
