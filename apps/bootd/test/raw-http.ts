// A request as octets, and what comes back: what a client library would make right is seen as it is.
import { connect } from "node:net";

export interface RawResponse {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** @param lines the request line and its headers; the connection is closed after the answer. */
export async function rawRequest(port: number, ...lines: readonly string[]): Promise<RawResponse> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${[...lines, "Host: 127.0.0.1", "Connection: close"].join("\r\n")}\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return parsed(Buffer.concat(chunks));
}

export function parsed(octets: Buffer): RawResponse {
  const end = octets.indexOf("\r\n\r\n");
  const [first = "", ...rows] = octets.subarray(0, end).toString("latin1").split("\r\n");
  const headers = rows.map((row) => {
    const colon = row.indexOf(":");
    return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()] as const;
  });
  return { status: Number(first.split(" ")[1]), headers: new Map(headers), body: octets.subarray(end + 4) };
}
