// A URL by the server and the path that it has there: for loaders that write it otherwise, or read by TFTP alone. A node serves the same
// files by TFTP as behind its URL.
import type { Source } from "./sources.ts";

export interface ServedAt {
  readonly scheme: "http" | "https" | "tftp";
  readonly server: string;
  /** With its port, where it is not the usual one. */
  readonly host: string;
  /** With a slash before it, and its query. */
  readonly path: string;
  /** By TFTP, without a slash before it; undefined where it is not a node's, and not by TFTP. */
  readonly tftpName: string | undefined;
}

export function servedAt(url: string, sources: readonly Source[]): ServedAt {
  const [, scheme, host, path = "/"] = /^(https?|tftp):\/\/([^/?]+)(.*)$/.exec(url)!;
  const source = sources.find((one) => url.startsWith(`${one.url}/`));
  const behind = source === undefined ? path : url.slice(source.url.length);
  const isByTftp = scheme === "tftp" || source !== undefined;
  return {
    scheme: scheme as ServedAt["scheme"],
    server: host!.replace(/:\d+$/, ""),
    host: host!,
    path: path.startsWith("/") ? path : `/${path}`,
    tftpName: isByTftp ? behind.replace(/^\/+/, "") : undefined,
  };
}
