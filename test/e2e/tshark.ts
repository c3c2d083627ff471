// tshark, as a judge of our messages that nobody here wrote.
import { writeFileSync } from "node:fs";
import { must } from "../lab/shell.ts";

/** What tshark calls malformed, or warns of, in a pcap; none when all is well. */
export async function faultsIn(file: string): Promise<string[]> {
  // 0x600000: a warning; worse ones are larger. That the kernel's TCP sent something twice, or says that it got it twice, is not ours.
  const isTcps = "tcp.analysis.flags or tcp.len == 0";
  const filter = `_ws.malformed or (_ws.expert.severity >= 0x600000 and not (${isTcps}))`;
  return rows(await must(["tshark", "-r", file, "-Y", filter]));
}

/** The values of some fields, a row a message, tabs between. */
export async function fieldsOf(file: string, filter: string, fields: readonly string[]): Promise<string[]> {
  const wanted = fields.flatMap((field) => ["-e", field]);
  return rows(await must(["tshark", "-r", file, "-Y", filter, "-T", "fields", ...wanted]));
}

/** What the server of the first TCP connection in a capture said. */
export async function tcpAnswer(file: string): Promise<Buffer> {
  const followed = await must(["tshark", "-r", file, "-q", "-z", "follow,tcp,raw,0"]);
  const server = followed.split("\n").filter((line) => /^\t[0-9a-f]+$/.test(line));
  return Buffer.from(server.map((line) => line.trim()).join(""), "hex");
}

/** Messages as datagrams of a pcap: tshark knows DHCP in these only, and bulk has the same messages (RFC 6926 §6.1). */
export async function asDatagrams(messages: readonly Uint8Array[], file: string): Promise<string> {
  const dump = messages.map(
    (message) => `000000 ${Buffer.from(message).toString("hex").replace(/../g, "$& ")}\n`,
  );
  writeFileSync(`${file}.txt`, dump.join("\n"));
  await must(["text2pcap", "-q", "-u", "67,67", `${file}.txt`, file]);
  return file;
}

function rows(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
