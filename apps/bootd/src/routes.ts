// How names are answered, in this order: the first route that has an answer counts.

import { folderFiles } from "./routes/folder-files.ts";
import { ipxeScript } from "./routes/machine-scripts.ts";
import { raspberryPi } from "./routes/raspberry-pi.ts";
import type { Route, RouteParts } from "./routes/route.ts";
import type { Answer } from "./served/answer.ts";
import { refused } from "./served/answer.ts";
import type { Asked } from "./served/asked.ts";

export const ROUTES: readonly Route[] = [ipxeScript, folderFiles, raspberryPi];

export interface Routed {
  /** The name of the route; undefined where none has the name. */
  readonly route: string | undefined;
  readonly answer: Answer;
}

/** @throws Error when the world fails. */
export async function routed(asked: Asked, parts: RouteParts): Promise<Routed> {
  for (const route of ROUTES) {
    const answer = await route.answer(asked, parts);
    if (answer !== undefined) return { route: route.name, answer };
  }
  return { route: undefined, answer: refused("notFound", `There is no ${asked.name} here.`) };
}
