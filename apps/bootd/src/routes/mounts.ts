// Other web servers' files below a path of ours, as `boot.mounts` of the network document says.
import { type Answer, refused } from "../served/answer.ts";
import type { Route } from "./route.ts";

export const mounts: Route = {
  name: "mounts",
  async answer({ path, name }, { network, upstream }): Promise<Answer | undefined> {
    const mount = network.document.boot?.mounts
      ?.map(({ path: at, url }) => ({ at: at.split("/").filter((part) => part !== ""), url }))
      .filter(({ at }) => path.length > at.length && at.every((part, i) => part === path[i]))
      .toSorted((a, b) => b.at.length - a.at.length)[0];
    if (mount === undefined) return undefined;
    const behind = path.slice(mount.at.length).map(encodeURIComponent).join("/");
    const file = await upstream.file(`${mount.url.replace(/\/+$/, "")}/${behind}`);
    if (file === "notFound") return undefined;
    if (file === "unavailable")
      return refused("unavailable", `${name} cannot be had from ${new URL(mount.url).host} now.`);
    return { kind: "file", file };
  },
};
