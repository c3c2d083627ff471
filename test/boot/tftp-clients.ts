// TFTP clients from Debian packages, and how each is told to fetch one file.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface Wanted {
  readonly file: string;
  /** Where it is put. */
  readonly into: string;
  readonly address: string;
  readonly port: number;
}

export interface TftpClient {
  readonly name: string;
  argv(wanted: Wanted): readonly string[];
}

export const tftpHpa: TftpClient = {
  name: "tftp-hpa",
  argv: ({ file, into, address, port }) => [
    "tftp",
    "-m",
    "binary",
    address,
    `${port}`,
    "-c",
    "get",
    file,
    into,
  ],
};

export function atftp(options: Readonly<Record<string, number>> = {}): TftpClient {
  const words = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return {
    name: ["atftp", ...words].join(", "),
    argv: ({ file, into, address, port }) => [
      "atftp",
      ...words.flatMap((word) => ["--option", word]),
      ...["--get", "-r", file, "-l", into, address, `${port}`],
    ],
  };
}

export function busybox(...more: readonly string[]): TftpClient {
  return {
    name: ["busybox tftp", ...more].join(" "),
    argv: ({ file, into, address, port }) => [
      "busybox",
      "tftp",
      ...more,
      "-g",
      "-r",
      file,
      "-l",
      into,
      address,
      `${port}`,
    ],
  };
}

export function curl(...more: readonly string[]): TftpClient {
  return {
    name: ["curl", ...more].join(" "),
    argv: ({ file, into, address, port }) => [
      "curl",
      "--silent",
      "--show-error",
      ...more,
      "--output",
      into,
      `tftp://${address}:${port}/${file}`,
    ],
  };
}

/** @throws Error with what the client said when it ends with another code than 0, or not within its time. */
export async function fetchBy(client: TftpClient, wanted: Wanted, seconds = 60): Promise<void> {
  const [program, ...args] = client.argv(wanted);
  await promisify(execFile)(program!, args, { timeout: seconds * 1000 });
}
