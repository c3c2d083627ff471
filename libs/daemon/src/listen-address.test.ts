import { expect, test } from "vitest";
import { listenAddress } from "./listen-address.ts";

test.each([
  ["0.0.0.0:8067", { host: "0.0.0.0", port: 8067 }],
  [":8067", { host: "0.0.0.0", port: 8067 }],
  ["[::1]:8067", { host: "::1", port: 8067 }],
  ["[fe80::1%eth0]:1", { host: "fe80::1%eth0", port: 1 }],
  ["::1:8067", undefined],
  ["localhost", undefined],
  ["0.0.0.0:0", undefined],
  ["0.0.0.0:65536", undefined],
])("%s", (text, place) => expect(listenAddress(text)).toEqual(place));
