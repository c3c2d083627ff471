// How many scripts a second: each request asks for another machine's, over connections that stay.
import { writeFileSync } from "node:fs";
import { must } from "../../lab/shell.ts";
import { rivalEnvironment, rivalProgram } from "../rivals.ts";
import type { ServedFolder } from "./boot-servers.ts";
import { ASKER } from "./served.ts";

const CONNECTIONS = 32;
const SECONDS = 5;
/** As long as the script of a profile with a kernel, an initrd and three servers. */
const SCRIPT_OCTETS = 1500;

/** @throws Error when an answer is not a script with 200. */
export async function scriptsASecond(served: ServedFolder, staticScript: string): Promise<number> {
  const { lab, httpUrl, scriptPaths } = served;
  writeFileSync(staticScript, `#!ipxe\n${"# ".padEnd(SCRIPT_OCTETS - 8, "x")}\n`);
  const lua = `${lab.state.directory}/scripts.lua`;
  const paths = scriptPaths.map((path) => JSON.stringify(path)).join(", ");
  writeFileSync(
    lua,
    `local paths = { ${paths} }
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
`,
  );
  const argv = [rivalProgram("wrk"), "-t1", `-c${CONNECTIONS}`, `-d${SECONDS}s`, "-s", lua, httpUrl];
  const on = lab.onHost(ASKER);
  const said = await must([...on.argv, ...argv], { env: { ...on.env, ...rivalEnvironment() } });
  if (/Non-2xx or 3xx responses/.test(said))
    throw new Error(`scripts: some answers are no scripts.\n${said}`);
  const rate = /^Requests\/sec:\s*([\d.]+)/m.exec(said)?.[1];
  if (rate === undefined) throw new Error(`wrk said no rate:\n${said}`);
  return Number(rate);
}
