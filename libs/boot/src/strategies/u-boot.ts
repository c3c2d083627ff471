// U-Boot, where it says so itself. It needs siaddr: neither option 66 nor 150 is read. In its first round it asks for a script by a name
// of its own, which stands in `file` of its packets, whatever it is told; in a second one it states "PXEClient" and takes `file`.
import type { BootAnswer } from "../boot-answer.ts";
import { nextServerOf } from "../boot-place.ts";
import { type BootCase, type BootStrategy, identifierOf, loaderOf } from "./strategy.ts";

export const uBoot: BootStrategy = {
  name: "U-Boot",
  fits: ({ vendorClass }) => vendorClass.startsWith("U-Boot"),
  answer(one: BootCase): BootAnswer {
    const found = loaderOf(one);
    return {
      nextServer: nextServerOf(one.place),
      file: "loader" in found ? found.loader : "",
      options: identifierOf(one.client),
    };
  },
};
