// CoreSMD's patterns for names: `{04d}` is the NID with four digits, `{nid}` without padding, `{id}` the component's id.

const PLACE = /\{(?:(id)|(nid)|0?(\d+)d)\}/g;

/** Whether all that stands in braces is known, and a name can come of it. */
export function isHostnamePattern(pattern: string): boolean {
  return /^[A-Za-z0-9-]+$/.test(pattern.replaceAll(PLACE, "0")) && pattern.length <= 63;
}

/** The name of a host; undefined when the pattern asks for a NID that the host does not have, or no name comes of it. */
export function hostnameOf(
  pattern: string,
  host: { id: string; nid?: number | undefined },
): string | undefined {
  const needsNid = pattern.replaceAll("{id}", "").includes("{");
  if (needsNid && host.nid === undefined) return undefined;
  const name = pattern.replaceAll(PLACE, (_whole, id, nid, digits) => {
    if (id) return host.id;
    return String(host.nid).padStart(nid ? 0 : Number(digits), "0");
  });
  // RFC 1123 §2.1. A component's id may hold what a host's name may not.
  return /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(name) ? name : undefined;
}
