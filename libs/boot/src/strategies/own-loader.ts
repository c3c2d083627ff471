// A loader of ours, by the user class that is built into it: it is told the same as any iPXE.
import { OWN_USER_CLASS } from "../boot-client.ts";
import { scriptFor } from "./ipxe.ts";
import type { BootStrategy } from "./strategy.ts";

export const ownLoader: BootStrategy = {
  name: "own loader",
  fits: ({ userClasses }) => userClasses.includes(OWN_USER_CLASS),
  answer: scriptFor,
};
