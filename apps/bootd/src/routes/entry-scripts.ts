// Scripts that iPXE asks for by a fixed name, the same for all machines: each fetches the machine's own. iPXE 2.x runs `autoexec.ipxe`, which it
// looks for where it was loaded from, before it has an address; coresmd's builds ask for `config.ipxe`, and its bootloop sends machines to
// `default`.
import { entryScript } from "@leasehold/boot";
import { textAnswer } from "../served/answer.ts";
import { askerOf } from "./machine-script.ts";
import type { Route } from "./route.ts";

/** By name: whether iPXE has an address then. */
const NAMES: ReadonlyMap<string, boolean> = new Map([
  ["config.ipxe", true],
  ["default", true],
]);

export const entryScripts: Route = {
  name: "entry-script",
  answer(asked, parts) {
    const { path } = asked;
    const { machine, network } = parts;
    const hasAddress = path.at(-1) === "autoexec.ipxe" ? false : NAMES.get(path.join("/"));
    if (hasAddress === undefined) return undefined;
    if ("kind" in machine) return machine;
    const text = entryScript({ network, ...askerOf(asked, machine, parts) }, { hasAddress });
    return text === undefined ? undefined : textAnswer(text);
  },
};
