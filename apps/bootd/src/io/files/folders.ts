// The served folder, read only.
import { OperatorError, reasonOf } from "@leasehold/document/operator-error";
import { FileTree } from "@leasehold/tftp/server";
import type { Files } from "../../routes/route.ts";

/** @throws OperatorError when there is no such folder, or this user may not read it. */
export async function openFolder(root: string): Promise<Files> {
  try {
    const tree = await FileTree.at(root);
    return {
      open: async (path) => {
        const file = await tree.open(path);
        return typeof file === "string" && file !== "forbidden" ? "notFound" : file;
      },
    };
  } catch (cause) {
    throw new OperatorError(`The folder ${root} cannot be served: ${reasonOf(cause)}.`, {
      fix: "Make it, and let the user of this process read it; or name another one: files.root in bootd.yaml.",
      code: "files",
      cause,
    });
  }
}
