// Loaders, images and whatever else is in the served folders, by its name there.
import { refused } from "../served/answer.ts";
import type { Route } from "./route.ts";

export const folderFiles: Route = {
  name: "files",
  async answer({ path, name }, { files }) {
    const file = await files.open(path);
    if (file === "notFound") return undefined;
    if (file === "forbidden") return refused("forbidden", `${name} is no file that is served.`);
    return { kind: "file", file };
  },
};
