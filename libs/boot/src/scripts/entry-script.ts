// The same script for every machine, for loaders that ask for one by a fixed name: it fetches the machine's own.
import type { Source } from "../profiles/sources.ts";

/** What iPXE fills in itself: the machine needs no lease here to be told from others. */
const QUESTION = `/boot/ipxe?mac=\${mac:hexhyp}&uuid=\${uuid}&serial=\${serial:uristring}&arch=\${buildarch}`;
const TRIES = 10;

/**
 * `autoexec.ipxe` runs before iPXE has an address; `config.ipxe` (coresmd's loaders ask for it) and `default` (its bootloop) after.
 * @param sources those of the node that answers first.
 */
export function entryScript(sources: readonly Source[], { hasAddress }: { hasAddress: boolean }): string {
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
