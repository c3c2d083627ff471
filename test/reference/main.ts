// `./run reference`: writes what is made from the network document's schema; reference.test.ts says when it is stale.
import { writeFileSync } from "node:fs";
import { made } from "./made.ts";

for (const [file, text] of made) {
  writeFileSync(`${import.meta.dirname}/../../${file}`, text);
  console.log(`wrote ${file}`);
}
