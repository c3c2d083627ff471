// What real firmware and boot loaders send, option by option in their order: recorded from machines in QEMU 7.2 (test/boot/qemu), which
// compare it with what they send now.
import type { EncodedOption, MessageTypeName } from "@leasehold/protocol";
import packets from "./firmware-packets.json" with { type: "json" };
import { type Client, type Fields, packetOf } from "./wire.ts";

export interface Firmware {
  readonly name: string;
  readonly broadcast: boolean;
  /** Without 53, 50 and 54. */
  readonly options: readonly EncodedOption[];
  /** In its REQUEST in place of those in its DISCOVER. */
  readonly inRequest: readonly EncodedOption[];
}

// Asked for by EDK2, whatever it boots by.
export const BOOT_ROM_WANTS: readonly number[] = [
  1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
];

interface Recorded {
  readonly name: string;
  readonly flags: string;
  /** Code and octets in hex, in the packet's order. */
  readonly discover: readonly string[];
  readonly request: readonly string[];
}

const BROADCAST = "8000";

/** An operating system, from notes: all others are recorded by `LEASEHOLD_RECORD=1 ./run test boot`. */
const klibc: Recorded = {
  ...{ name: "klibc ipconfig 2.0.12", flags: BROADCAST, request: [] },
  discover: ["55 0103060c0f111a1c287779", `60 ${Buffer.from("Linux ipconfig").toString("hex")}`],
};

type Recording = keyof typeof packets | "klibc";

export const FIRMWARE = Object.fromEntries(
  Object.entries<Recorded>({ ...packets, klibc }).map(([key, recorded]) => [key, firmwareOf(recorded)]),
) as Readonly<Record<Recording, Firmware>>;

function firmwareOf({ name, flags, discover, request }: Recorded): Firmware {
  const options = discover.map(optionOf);
  return { name, broadcast: flags === BROADCAST, options, inRequest: request.map(optionOf) };
}

function optionOf(recorded: string): EncodedOption {
  const [code, hex = ""] = recorded.split(" ");
  return [Number(code), Buffer.from(hex, "hex")];
}

/** A packet of it. */
export function sentBy(
  { options, inRequest, broadcast }: Firmware,
  type: MessageTypeName,
  of: Client,
  fields: Fields = {},
): Buffer {
  const replaced = type === "REQUEST" ? inRequest : [];
  const own = options.map((one) => replaced.find(([code]) => code === one[0]) ?? one);
  return packetOf(type, of, { broadcast, ...fields, options: own });
}
