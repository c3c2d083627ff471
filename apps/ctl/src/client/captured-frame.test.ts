// A DHCP message is found in whatever a tool prints of the frame that it is in.
import { describe, expect, test } from "vitest";
import { capturedIn } from "./captured-frame.ts";

function message(op: number): Buffer {
  const octets = Buffer.alloc(300);
  octets.set([op, 1, 6, 0]);
  octets.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);
  return octets;
}

/** Ethernet, IPv4, UDP, and what a switch may have filled up with. */
function frame(payload: Buffer, destination = "ffffffff"): Buffer {
  const size = (value: number) => value.toString(16).padStart(4, "0");
  const ethernet = "ffffffffffff0200000000010800";
  const ip = `4510${size(payload.length + 28)}0000000080110000` + `00000000${destination}`;
  const udp = `00440043${size(payload.length + 8)}0000`;
  return Buffer.concat([Buffer.from(ethernet + ip + udp, "hex"), payload, Buffer.from("\0\0trailer")]);
}

function dump(octets: Buffer, line: (offset: number, words: string[], letters: string) => string): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += 16) {
    const part = octets.subarray(at, at + 16);
    const letters = part.toString("latin1").replace(/[^!-~]/g, ".");
    lines.push(line(at, part.toString("hex").match(/../g)!, letters));
  }
  return `${lines.join("\n")}\n`;
}

const hex = (at: number, digits: number) => at.toString(16).padStart(digits, "0");
const inPairs = (words: string[]) =>
  words
    .join("")
    .match(/.{2,4}/g)!
    .join(" ");
const TOOLS = {
  "tcpdump -xx": (at: number, words: string[]) => `\t0x${hex(at, 4)}:  ${inPairs(words)}`,
  "tcpdump -XX": (at: number, words: string[], letters: string) =>
    `\t0x${hex(at, 4)}:  ${inPairs(words).padEnd(39)}  ${letters}`,
  "tshark -x": (at: number, words: string[], letters: string) =>
    `${hex(at, 4)}  ${words.join(" ").padEnd(47)}   ${letters}`,
  "hexdump -C": (at: number, words: string[], letters: string) =>
    `${hex(at, 8)}  ${words.slice(0, 8).join(" ")}  ${words.slice(8).join(" ")}  |${letters}|`,
  xxd: (at: number, words: string[], letters: string) =>
    `${hex(at, 8)}: ${inPairs(words).padEnd(39)}  ${letters}`,
};

describe.each(Object.entries(TOOLS))("%s", (_, line) => {
  const head = "10:00:00.000000 IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP, Request, length 300\n";
  const text = (...frames: Buffer[]) => frames.map((one) => head + dump(one, line)).join("\n");

  test("the message without the frame around it", () => {
    expect(capturedIn(text(frame(message(1))))).toEqual({
      packet: message(1).toString("hex"),
      isBroadcast: true,
    });
  });

  test("of several frames, the first that a client sent", () => {
    const reply = frame(message(2));
    const renewal = frame(message(1), "0a4d000b");
    const ping = frame(Buffer.alloc(64));
    expect(capturedIn(text(ping, reply, renewal))).toEqual({
      packet: message(1).toString("hex"),
      isBroadcast: false,
    });
  });

  test("the message alone", () => {
    expect(capturedIn(dump(message(1), line))).toEqual({
      packet: message(1).toString("hex"),
      isBroadcast: undefined,
    });
  });
});

test.each([
  ["bare", message(1).toString("hex")],
  ["with 0x", `0x${message(1).toString("hex")}\n`],
  ["with colons", message(1).toString("hex").match(/../g)!.join(":")],
  [
    "on many lines without offsets",
    message(1)
      .toString("hex")
      .match(/.{1,32}/g)!
      .join("\n"),
  ],
])("hex %s", (_, text) => {
  expect(capturedIn(text)?.packet).toBe(message(1).toString("hex"));
});

test.each(["", "nothing of the kind", "00", "63825363", dump(Buffer.alloc(400), TOOLS.xxd)])(
  "no message in %j",
  (text) => {
    expect(capturedIn(text)).toBeUndefined();
  },
);
