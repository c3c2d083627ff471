import { formatIpv4 } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dumpRequest, kernelWords, RTM_DELLINK, RTM_GETADDR, RTM_NEWADDR, RTM_NEWLINK } from "./rtnetlink.ts";

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

function message(type: number, body: Buffer, attributes: readonly Buffer[] = []): Buffer {
  const all = Buffer.concat([Buffer.alloc(16), body, ...attributes]);
  all.writeUInt32LE(all.length, 0);
  all.writeUInt16LE(type, 4);
  return all;
}

const mtu = Buffer.from([0xdc, 0x05, 0, 0]);

function link(type: number, name: string, flags: number, family = 0): Buffer {
  const body = Buffer.alloc(16);
  body[0] = family;
  body.writeInt32LE(7, 4);
  body.writeUInt32LE(flags, 8);
  const mac = Buffer.from("021ea5000001", "hex");
  return message(type, body, [attribute(3, Buffer.from(`${name}\0`)), attribute(1, mac), attribute(4, mtu)]);
}

function address(label: string): Buffer {
  const body = Buffer.from([2, 24, 0, 0, 7, 0, 0, 0]);
  return message(RTM_NEWADDR, body, [
    attribute(1, Buffer.from([10, 0, 0, 9])),
    attribute(2, Buffer.from([10, 0, 0, 1])),
    attribute(3, Buffer.from(`${label}\0`)),
  ]);
}

describe("A1: what the kernel says of interfaces", () => {
  it("A1: reads several messages of a datagram: name, flags, MAC, MTU, the own end of an address", () => {
    const words = [...kernelWords(Buffer.concat([link(RTM_NEWLINK, "lan0", 0x10001), address("lan0")]))];
    expect(words).toEqual([
      {
        ...{ kind: "link", isGone: false, index: 7, name: "lan0", isUp: true, hasCarrier: true },
        ...{ mac: "02:1e:a5:00:00:01", mtu: 1500 },
      },
      { kind: "address", isGone: false, index: 7, address: expect.any(Number), label: "lan0" },
    ]);
    expect(words.map((word) => word.kind === "address" && formatIpv4(word.address))).toContain("10.0.0.1");
  });

  it("A1: tells a link that is gone, and leaves out what a bridge says of its ports", () => {
    const [gone] = kernelWords(link(RTM_DELLINK, "lan0", 0));
    expect(gone).toMatchObject({ isGone: true, isUp: false, hasCarrier: false });
    expect([...kernelWords(link(RTM_NEWLINK, "lan0", 1, 7))]).toEqual([]);
  });

  it("A1: never throws, whatever the octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => [...kernelWords(Buffer.from(bytes))]).not.toThrow();
      }),
    );
    const whole = link(RTM_NEWLINK, "lan0", 1);
    for (let length = 0; length < whole.length; length++)
      expect([...kernelWords(whole.subarray(0, length))]).toEqual([]);
  });

  it("asks for IPv4 addresses alone", () => {
    expect(dumpRequest(RTM_GETADDR)[16]).toBe(2);
  });
});
