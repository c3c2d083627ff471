// What holds for every feature; each one's own rules are beside its file.
import { compileNetwork } from "@leasehold/network";
import { MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { alice, ip, packet } from "../../test/wire.ts";
import type { ReplyContent } from "./feature.ts";
import { featureOf, NEVER_BY_SETTINGS, NEVER_FOR_BOOTP, REPLY_FEATURES } from "./features.ts";
import { replyTo } from "./reply.ts";

const plain = compileNetwork({ version: 1, subnets: [{ id: "lan", prefix: "10.0.0.0/24" }] }, 1);
const settings = plain.settingsFor(plain.subnet("lan")!, undefined, [], undefined);

test("an option is one feature's", () => {
  const codes = REPLY_FEATURES.flatMap(({ codes }) => codes);
  expect(new Set(codes).size).toBe(codes.length);
  for (const feature of REPLY_FEATURES)
    expect(feature.codes.map(featureOf)).toEqual(feature.codes.map(() => feature));
  expect(featureOf(6)).toBeUndefined();
});

test("settings never bring them into a reply, though the client asks for them", () => {
  const codes = [...NEVER_BY_SETTINGS];
  expect(codes.toSorted((a, b) => a - b)).toEqual([61, 80, 82, 90, 108, 116, 118, 145, 221]);
  const options = new Map(settings.options);
  for (const code of codes) options.set(code, Uint8Array.of(7));
  const content: ReplyContent = { type: "ACK", yiaddr: ip("10.0.0.9"), settings: { ...settings, options } };
  const { options: sent } = replyTo(
    packet("REQUEST", alice, { wants: [1, ...codes] }),
    content,
    ip("10.0.0.2"),
  );
  expect(sent.map(([code]) => code)).toEqual([53, 54, 1]);
});

test("what only DHCP clients ask for is not for BOOTP clients; what relay agents wait for is", () => {
  expect(NEVER_FOR_BOOTP.toSorted((a, b) => a - b)).toEqual([61, 80, 90, 108, 116, 145]);
});

test("none adds anything to the reply to a packet that has nothing for it", () => {
  const bare = packet("DISCOVER", alice);
  expect(bare.messageType).toBe(MessageType.DISCOVER);
  const content: ReplyContent = {
    type: "OFFER",
    isGrant: true,
    yiaddr: ip("10.0.0.9"),
    settings,
    seconds: 60,
  };
  const reply = replyTo(bare, content, ip("10.0.0.2"));
  const before = { ...reply, options: [...reply.options] };
  for (const { apply } of REPLY_FEATURES) apply(bare, content, reply);
  expect(reply).toEqual(before);
});
