import { MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { clientMessage, type } from "../../test/client-message.ts";
import { autoConfigureOption, meansNoAddress } from "./auto-configure.ts";

const { DISCOVER, REQUEST } = MessageType;
const WANTS = [116, Uint8Array.of(1)] as const;
const asks = clientMessage({}, [type(DISCOVER), WANTS]);
const configured = (value: number) => new Map([[116, Uint8Array.of(value)]]);

test("where the site disables it, a DISCOVER with the option is told so (RFC 2563 §2.3)", () => {
  expect(autoConfigureOption(asks, configured(0))).toEqual([116, Uint8Array.of(0)]);
});

test("where the site allows it, and where nothing is said, the DISCOVER is not answered as before", () => {
  expect(autoConfigureOption(asks, configured(1))).toBeUndefined();
  expect(autoConfigureOption(asks, new Map())).toBeUndefined();
});

test("one without the option is not answered", () => {
  expect(autoConfigureOption(clientMessage({}, [type(DISCOVER)]), configured(0))).toBeUndefined();
});

test("it does not apply to other messages (RFC 2563 §2.5)", () => {
  expect(autoConfigureOption(clientMessage({}, [type(REQUEST), WANTS]), configured(0))).toBeUndefined();
});

test("only a silence that means that there is no address is answered", () => {
  expect(
    (["no-pool-for-client", "pool-exhausted", "reserved-address-held"] as const).map(meansNoAddress),
  ).toEqual([true, true, true]);
  expect((["store-unavailable", "malformed", "unsupported-message"] as const).some(meansNoAddress)).toBe(
    false,
  );
});
