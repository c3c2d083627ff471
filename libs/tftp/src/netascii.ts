// netascii (RFC 1350 §1, RFC 764): lines end in CR LF, and a CR that is alone is CR NUL. tftp-hpa's client asks for it by default.

const LF = 10;
const CR = 13;

/** A text of this machine as it goes over the wire. */
export function toNetascii(text: Uint8Array): Uint8Array {
  let more = 0;
  for (const octet of text) if (octet === LF || octet === CR) more++;
  const wire = new Uint8Array(text.length + more);
  let at = 0;
  for (const octet of text) {
    if (octet === LF) wire[at++] = CR;
    wire[at++] = octet;
    if (octet === CR) wire[at++] = 0;
  }
  return wire;
}
