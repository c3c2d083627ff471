// `./run lab smd …`: what the SMD stand-in says, changed while it runs.
import type { Lab } from "./lab.ts";

export async function smd(_lab: Lab, _words: readonly string[]): Promise<void> {
  throw new Error("The SMD stand-in is not there yet.");
}
