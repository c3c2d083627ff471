// Machines of a lab that ask its boot servers, by curl and TFTP clients.
import type { Lab } from "../../lab/lab.ts";

export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The request is sent as it is written: curl would take ".." out of it. */
export async function httpGet(
  lab: Lab,
  host: string,
  url: string,
  ...more: readonly string[]
): Promise<HttpAnswer> {
  const argv = ["curl", "--silent", "--path-as-is", "--include", "--max-time", "20", ...more, url];
  const { code, stdout, stderr } = await lab.exec(host, argv);
  if (code !== 0) throw new Error(`curl ${url} on ${host}: ${code} ${stderr}`);
  const end = stdout.indexOf("\r\n\r\n");
  const [first = "", ...lines] = stdout.slice(0, end).split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { status: Number(first.split(" ")[1]), headers: new Map(headers), body: stdout.slice(end + 4) };
}

/** What a TFTP client gets; undefined where it is refused. */
export async function tftpGet(
  lab: Lab,
  host: string,
  server: string,
  file: string,
): Promise<string | undefined> {
  const argv = ["curl", "--silent", "--max-time", "20", `tftp://${server}/${file}`];
  const { code, stdout } = await lab.exec(host, argv);
  return code === 0 ? stdout : undefined;
}
