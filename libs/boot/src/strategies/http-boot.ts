// UEFI HTTP boot (UEFI 2.10 §24.7): the whole URL of the loader in option 67. The firmware takes no OFFER without option 60.

import { ipv4 } from "@leasehold/protocol";
import { type BootAnswer, option } from "../boot-answer.ts";
import { urlFor } from "../urls.ts";
import { type BootCase, type BootStrategy, identifierOf, loaderOf } from "./strategy.ts";

export const httpBoot: BootStrategy = {
  name: "HTTP boot",
  fits: ({ vendorClass }) => vendorClass.startsWith("HTTPClient"),
  answer(one: BootCase): BootAnswer | string {
    const found = loaderOf(one);
    if ("missing" in found) return found.missing;
    const url = urlFor(one.client, one.place);
    if (url === undefined) return "boot.urls is not set";
    return {
      nextServer: ipv4(0),
      file: "",
      options: [
        option("vendorClassIdentifier", "HTTPClient"),
        option("bootFileName", `${url}/${found.loader.replace(/^\/+/, "")}`),
        ...identifierOf(one.client),
      ],
    };
  },
};
