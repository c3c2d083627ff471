// A stand-in for OpenCHAMI's SMD, for labs and tests: it serves SMD's published shapes and can be changed while it runs.
//   node test/smd-standin/main.ts [--listen 127.0.0.1:27779] [--load FILE]    serves
//   node test/smd-standin/main.ts put|delete|fail|list … [--url URL]          changes one that serves
// FILE is JSON: { "EthernetInterfaces": [rows], "Components": [components] }, both optional.
import { readFileSync } from "node:fs";
import { smdCommand } from "./commands.ts";
import { startSmdStandin } from "./server.ts";

const DEFAULT_LISTEN = "127.0.0.1:27779";

function option(words: string[], name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words.splice(at, 2)[1];
}

async function serve(words: string[]): Promise<void> {
  const listen = option(words, "--listen") ?? DEFAULT_LISTEN;
  const file = option(words, "--load");
  const colon = listen.lastIndexOf(":");
  const standin = await startSmdStandin({
    host: listen.slice(0, colon) || "0.0.0.0",
    port: Number(listen.slice(colon + 1)),
  });
  if (file !== undefined) standin.tables.load(JSON.parse(readFileSync(file, "utf8")));
  console.log(`SMD stand-in (not SMD) at ${standin.url}, ${standin.tables.interfaces.size} interfaces`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => void standin.close().then(() => process.exit(0)));
  }
}

async function main(words: string[]): Promise<void> {
  const url = option(words, "--url") ?? `http://${DEFAULT_LISTEN}`;
  if (words.length === 0 || words[0]!.startsWith("--")) return serve(words);
  for (const line of await smdCommand(url, words)) console.log(line);
}

try {
  await main(process.argv.slice(2));
} catch (cause) {
  console.error(`smd-standin: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
}
