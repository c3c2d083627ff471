// How names are answered, in this order: the first route that has an answer counts. A file of the site's own goes before what is made for loaders.
import { cloudInit } from "./routes/cloud-init.ts";
import { entryScripts } from "./routes/entry-scripts.ts";
import { folderFiles } from "./routes/folder-files.ts";
import { grubConfig } from "./routes/grub-config.ts";
import { ipxeScript } from "./routes/ipxe-script.ts";
import { mounts } from "./routes/mounts.ts";
import { pxelinuxConfig } from "./routes/pxelinux-config.ts";
import { raspberryPi } from "./routes/raspberry-pi.ts";
import type { Route, RouteParts } from "./routes/route.ts";
import { uBootScript } from "./routes/u-boot-script.ts";
import { type Answer, refused } from "./served/answer.ts";
import type { Asked } from "./served/asked.ts";

export const ROUTES: readonly Route[] = [
  ipxeScript,
  cloudInit,
  folderFiles,
  raspberryPi,
  mounts,
  entryScripts,
  pxelinuxConfig,
  grubConfig,
  uBootScript,
];

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
