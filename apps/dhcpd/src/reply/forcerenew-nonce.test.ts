import { type Ipv4, MessageType, parseIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { clientMessage, type } from "../../test/client-message.ts";
import { needsNonce, nonceCapableOption, nonceOption, takesNonce } from "./forcerenew-nonce.ts";

const { DISCOVER, REQUEST, INFORM } = MessageType;
const ip = (text: string): Ipv4 => parseIpv4(text)!;
const CAPABLE = [145, Uint8Array.of(1)] as const;
const NONCE = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
const REPLAY = 0x0102030405060708n;

describe("the nonce (RFC 6704 §3.1.3)", () => {
  test("is for clients that list HMAC-MD5 in option 145", () => {
    expect(takesNonce(clientMessage({}, [type(DISCOVER), CAPABLE]))).toBe(true);
    expect(takesNonce(clientMessage({}, [type(DISCOVER), [145, Uint8Array.of(3, 1)]]))).toBe(true);
    expect(takesNonce(clientMessage({}, [type(DISCOVER), [145, Uint8Array.of(2)]]))).toBe(false);
    expect(takesNonce(clientMessage({}, [type(DISCOVER)]))).toBe(false);
  });

  test("an OFFER says that there will be one, when the DISCOVER had option 145", () => {
    expect(nonceCapableOption(clientMessage({}, [type(DISCOVER), CAPABLE]))).toEqual([145, Uint8Array.of(1)]);
    expect(nonceCapableOption(clientMessage({}, [type(DISCOVER)]))).toBeUndefined();
    expect(nonceCapableOption(clientMessage({}, [type(REQUEST), CAPABLE]))).toBeUndefined();
  });

  const selecting = clientMessage({}, [
    type(REQUEST),
    [54, new Uint8Array(4)],
    [50, new Uint8Array(4)],
    CAPABLE,
  ]);
  const rebooting = clientMessage({}, [type(REQUEST), [50, new Uint8Array(4)], CAPABLE]);
  const renewing = clientMessage({ ciaddr: ip("10.0.0.9") }, [type(REQUEST), CAPABLE]);
  const incapable = clientMessage({}, [type(REQUEST), [50, new Uint8Array(4)]]);

  test.each([
    ["SELECTING", selecting, undefined, true],
    ["SELECTING again", selecting, NONCE, true],
    ["INIT-REBOOT: what it had may be lost", rebooting, NONCE, true],
    ["RENEWING with a nonce: SHOULD NOT", renewing, NONCE, false],
    ["RENEWING, none recorded: MUST", renewing, undefined, true],
    ["without option 145: MUST NOT", incapable, undefined, false],
    [
      "INFORM: there is no lease to record it with",
      clientMessage({}, [type(INFORM), CAPABLE]),
      undefined,
      false,
    ],
  ])("%s", (_, request, recorded, expected) => expect(needsNonce(request, recorded)).toBe(expected));

  test("in option 90: protocol 3, algorithm 1, RDM 0, replay detection, type 1, the nonce", () => {
    const [code, octets] = nonceOption(NONCE, REPLAY);
    expect(code).toBe(90);
    expect([...octets]).toEqual([3, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, ...NONCE]);
    expect(() => nonceOption(new Uint8Array(8), REPLAY)).toThrow("found 8 octets, expected 16");
  });
});
