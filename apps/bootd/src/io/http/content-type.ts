// What a file is, by its name. EDK2 starts a program by HTTP only when the name or the type says that it is one: application/octet-stream
// without ".efi" is refused.
const TYPES: Readonly<Record<string, string>> = {
  efi: "application/efi",
  iso: "application/vnd.efi-iso",
  img: "application/vnd.efi-img",
  ipxe: "text/plain; charset=utf-8",
  cfg: "text/plain; charset=utf-8",
  conf: "text/plain; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  ks: "text/plain; charset=utf-8",
  yaml: "text/plain; charset=utf-8",
  yml: "text/plain; charset=utf-8",
  json: "application/json",
};

const UNKNOWN = "application/octet-stream";

/** @param head the first octets of the file. */
export function contentTypeOf(path: readonly string[], head: Uint8Array): string {
  const name = path.at(-1) ?? "";
  const dot = name.lastIndexOf(".");
  const known = dot > 0 ? TYPES[name.slice(dot + 1).toLowerCase()] : undefined;
  // "MZ": an image that UEFI can start, a kernel with an EFI stub included.
  return known ?? (head[0] === 0x4d && head[1] === 0x5a ? "application/efi" : UNKNOWN);
}
