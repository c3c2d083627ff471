import { MessageType, type Packet, parseIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { clientMessage, type } from "../../test/client-message.ts";
import { nonceAsked } from "./wishes.ts";

const { DISCOVER, REQUEST, INFORM } = MessageType;
const CAPABLE = [145, Uint8Array.of(1)] as const;
const ciaddr = parseIpv4("10.0.0.9")!;
const requested = [50, new Uint8Array(4)] as const;
const selected = [54, new Uint8Array(4)] as const;

describe("what a client asks of nonces (RFC 6704 §3.1)", () => {
  test.each<[what: string, packet: Packet, asked: "new" | "kept" | undefined]>([
    ["DISCOVER", clientMessage({}, [type(DISCOVER), CAPABLE]), "new"],
    ["SELECTING", clientMessage({}, [type(REQUEST), selected, requested, CAPABLE]), "new"],
    ["INIT-REBOOT: what it had may be lost", clientMessage({}, [type(REQUEST), requested, CAPABLE]), "new"],
    [
      "RENEWING: what is recorded stays (SHOULD NOT)",
      clientMessage({ ciaddr }, [type(REQUEST), CAPABLE]),
      "kept",
    ],
    ["HMAC-MD5 is one of several", clientMessage({}, [type(DISCOVER), [145, Uint8Array.of(3, 1)]]), "new"],
    ["HMAC-MD5 is not among them", clientMessage({}, [type(DISCOVER), [145, Uint8Array.of(2)]]), undefined],
    ["without option 145: MUST NOT", clientMessage({}, [type(REQUEST), requested]), undefined],
    ["INFORM: there is no lease to record it with", clientMessage({}, [type(INFORM), CAPABLE]), undefined],
    ["BOOTP", clientMessage({}, [CAPABLE]), undefined],
  ])("%s", (_, packet, asked) => expect(nonceAsked(packet)).toBe(asked));
});
