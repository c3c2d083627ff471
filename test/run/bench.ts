// `./run bench`: what there is to measure is in test/bench/subjects.ts.
import { program } from "./child.ts";
import type { RunCommand } from "./command.ts";

export const bench: RunCommand = {
  name: "bench",
  usage: "bench [relays | storm | renew | scale | change | overload | store | boot | profile]",
  about: "speed against other servers, and under storms (`./run bench help`)",
  run: (args) => program("test/bench/main.ts", args),
};
