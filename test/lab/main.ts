// `./run lab …`: the lab from the command line. What a program may read is on stdout, what a person reads while waiting
// on stderr.
import { commands, ownWords } from "./commands.ts";
import { againAsRoot } from "./without-root.ts";
import { wordsOf } from "./words.ts";

async function lab(): Promise<number> {
  const [name = "help", ...words] = process.argv.slice(2);
  const command = commands[name];
  if (!command) {
    throw new Error(`There is no command "lab ${name}"; there are ${Object.keys(commands).join(", ")}.`);
  }
  return (await againAsRoot()) ?? (await command(wordsOf(words, ownWords[name] ?? 3))) ?? 0;
}

try {
  process.exitCode = await lab();
} catch (cause) {
  console.error(`lab: ${(cause as Error).message}`);
  process.exitCode = 1;
}
