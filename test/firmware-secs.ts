// What real clients put into `secs`, as it was seen on the wire: nothing that says how long they have been asking. One table for all
// clients that tests make up, in simulated time, in the lab and under load.

/** After so many tries, and so many whole seconds after the first one. */
type Secs = (tries: number, elapsed: number) => number;

export const FIRMWARE_SECS = {
  /** And EDK2, whose tries are at 0, 4, 12, 28 s. */
  dhclient: (_, elapsed) => elapsed,
  /** 4, 8, 12 … */
  ipxe: (tries) => 4 * (tries + 1),
  networkd: (_, elapsed) => elapsed + 1,
  /** Since the interface is up. */
  klibc: (_, elapsed) => 4711 + elapsed,
  /** To port 4011: the wrong way round. */
  edk2ToProxy: (_, elapsed) => ((elapsed & 0xff) << 8) | (elapsed >> 8),
} as const satisfies Readonly<Record<string, Secs>>;

export type Firmware = keyof typeof FIRMWARE_SECS;

const ALL = Object.keys(FIRMWARE_SECS) as readonly Firmware[];

export const firmwareOf = (number: number): Firmware => ALL[number % ALL.length]!;

/** As the field carries it after so many tries and ms. */
export function secsOf(firmware: Firmware, tries: number, elapsedMs: number): number {
  return FIRMWARE_SECS[firmware](tries, Math.floor(elapsedMs / 1000)) & 0xffff;
}
