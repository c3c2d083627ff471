// What cloud-init asks for with the data source NoCloud (`ds=nocloud;s=http://…/cloud-init/`): four names below the folder, and with a URL that has no
// slash at its end "cloud-initmeta-data" and so on. All four are always there, if need be empty: versions 22 to 26 ask eleven times for what is not
// there, ten seconds of each boot. The machine is known by the address that it asks from.

import type { AskingMachine } from "../machines/asking-machine.ts";
import { type Answer, textAnswer } from "../served/answer.ts";
import type { Route } from "./route.ts";

const NAME = /^cloud-init\/?(?<file>meta-data|user-data|vendor-data|network-config)$/;

export const cloudInit: Route = {
  name: "cloud-init",
  async answer({ path }, { files, machine }): Promise<Answer | undefined> {
    const file = NAME.exec(path.join("/"))?.groups?.file;
    if (file === undefined) return undefined;
    const own = await files.open(["cloud-init", file]);
    if (typeof own !== "string") return { kind: "file", file: own };
    if (file !== "meta-data") return textAnswer("");
    return "kind" in machine ? machine : textAnswer(metaDataOf(machine));
  },
};

/** YAML, of which quoted JSON is a part. Without an instance-id cloud-init takes none of the four. */
function metaDataOf({ host, mac, address }: AskingMachine): string {
  const id = host?.id ?? mac ?? String(address ?? "unknown");
  const lines = [`instance-id: ${JSON.stringify(id)}`];
  if (host?.hostname !== undefined) lines.push(`local-hostname: ${JSON.stringify(host.hostname)}`);
  return `${lines.join("\n")}\n`;
}
