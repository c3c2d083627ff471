// Every inventory source there is, a line each.

import { smd } from "./sources/smd.ts";
import type { Source } from "./sources/source.ts";

export const sources: readonly Source<never>[] = [
  smd, // OpenCHAMI's and CSM's State Management Database: the two public GETs.
];
