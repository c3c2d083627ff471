// The same script for every machine, for loaders that ask for one by a fixed name: it fetches the machine's own.
import { placed } from "../profiles/chosen-profile.ts";
import { sourcesOf } from "../profiles/sources.ts";
import type { ScriptQuestion } from "./boot-script.ts";

/** What iPXE fills in itself: the machine needs no lease here to be told from others. */
const QUESTION = `/boot/ipxe?mac=\${mac:hexhyp}&uuid=\${uuid}&serial=\${serial:uristring}&arch=\${buildarch}`;
const TRIES = 10;

/**
 * Undefined where the document has no URL for it.
 * @param one of whom nothing but the address may be known.
 * @param hasAddress false for `autoexec.ipxe`, which runs before iPXE has an address; true for `config.ipxe`, for which coresmd's loaders ask,
 * and `default`, for which its bootloop sends machines.
 */
export function entryScript(
  { network, machine, node }: Omit<ScriptQuestion, "format">,
  { hasAddress }: { hasAddress: boolean },
): string | undefined {
  const sources = sourcesOf(placed(network, machine).settings, node);
  if (sources.length === 0) return undefined;
  const chain = sources.map(({ url }) => `chain --replace --autofree ${url}${QUESTION}`).join(" || ");
  return [
    "#!ipxe",
    "set tries:int32 0",
    ":again",
    "inc tries",
    ...(hasAddress ? [] : ["dhcp || goto failed"]),
    `${chain} || goto failed`,
    ":failed",
    `echo Leasehold: try \${tries} of ${TRIES} failed, error \${errno}`,
    `iseq \${tries} ${TRIES} && exit 1 ||`,
    "sleep 5",
    "goto again",
    "",
  ].join("\n");
}
