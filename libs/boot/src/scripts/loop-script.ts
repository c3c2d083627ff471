// For a machine that boots again and again: it is told so, and left to the next boot device.
import { sayable } from "../profiles/sayable.ts";

const SHOWN_SECONDS = 300;

/** @param what "PXE 5 times within 20 minutes". */
export function loopScript(what: string): string {
  return [
    "#!ipxe",
    `echo Leasehold: this machine boots again and again: ${sayable(what)}.`,
    `echo Leasehold: see leasehold status. After ${SHOWN_SECONDS} seconds: next-device`,
    `sleep ${SHOWN_SECONDS}`,
    "exit 1",
    "",
  ].join("\n");
}
