// Options 209 and 210 (RFC 5071), which no firmware asks for: pxelinux reads them out of the ACK to the firmware that loaded it.
import type { BootSettings } from "@leasehold/network";
import type { EncodedOption } from "@leasehold/protocol";
import { option } from "../boot-answer.ts";

export function pxelinuxOptions(file: string, { pxelinux }: BootSettings): readonly EncodedOption[] {
  const { configFile, pathPrefix } = pxelinux;
  if (!/(^|\/)l?pxelinux\.0$/.test(file)) return [];
  return [
    ...(configFile === undefined ? [] : [option("configurationFile", configFile)]),
    ...(pathPrefix === undefined ? [] : [option("pathPrefix", pathPrefix)]),
  ];
}
