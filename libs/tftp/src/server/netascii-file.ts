// A text in netascii: made as a whole, so that its size is known before it is sent; therefore only of small files.
import { toNetascii } from "../netascii.ts";
import type { OpenFile } from "./file-source.ts";

export const NETASCII_MAX = 1024 * 1024;

/** Takes the file over. @throws Error when it cannot be read. */
export async function netasciiFile(file: OpenFile): Promise<OpenFile> {
  try {
    const text = toNetascii(await file.read(0, file.size));
    return {
      size: text.length,
      version: `netascii of ${file.version}`,
      read: async (offset, length) => text.subarray(offset, offset + length),
      close: () => {},
    };
  } finally {
    file.close();
  }
}
