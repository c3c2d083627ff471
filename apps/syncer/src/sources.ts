// Every inventory source there is, a line each.
import type { Source } from "./source.ts";
import { smd } from "./sources/smd.ts";

export const sources: readonly Source<never>[] = [
  smd, // OpenCHAMI's and CSM's State Management Database: the two public GETs.
];
