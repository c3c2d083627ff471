// What is wrong with TLS to a NATS server, in a sentence for the person who is paged, and what to do about it.
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

/** A server as it was dialled. */
export interface DialledServer {
  /** The name or the address that was configured, or that another server announced: what the certificate has to be for. */
  readonly host: string;
  readonly port: number;
  /** Another server announced it (`connect_urls`). */
  readonly isGossiped: boolean;
}

export const placeOf = ({ host, port }: Pick<DialledServer, "host" | "port">): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;

/**
 * Whether a certificate is for the host that was dialled, and for no other: addresses are compared by value with the IP entries of
 * subjectAltName, names as RFC 9525 says. Undefined when it is.
 */
export function identityFault({ host }: DialledServer, certificate: PeerCertificate): Error | undefined {
  // RFC 9525 §6.3: the common name is no name; Node takes it where no DNS name is in subjectAltName.
  return checkServerIdentity(host, { ...certificate, subject: {} as PeerCertificate["subject"] });
}

export interface CertificateFault {
  readonly message: string;
  readonly fix: string;
}

export interface Refusal {
  readonly server: DialledServer;
  /** What TLS or the client threw. */
  readonly cause: unknown;
  /** What the server showed, if it came as far as that. */
  readonly certificate: PeerCertificate | undefined;
  /** Whether a CA, a certificate of one's own, were given. */
  readonly has: { readonly ca: boolean; readonly cert: boolean };
}

/** What to tell of a failed handshake; undefined when the failure is no matter of TLS. */
export function certificateFault(refusal: Refusal): CertificateFault | undefined {
  const { server, cause, certificate } = refusal;
  const { code = "", message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
  const place = placeOf(server);
  if (/server does not support 'tls'/.test(message)) {
    return {
      message: `The NATS server at ${place} does not speak TLS, and nats.tls says that it must.`,
      fix: "Add `tls {}` to its configuration and reload it, or remove nats.tls.",
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return wrongHost(server, certificate);
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return outOfTime(place, code, certificate);
  if (/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/.test(code)) return unknownIssuer(refusal);
  if (/ALERT/.test(code)) return refusedByServer(refusal, message);
  // TLS 1.3 ends for the client before the server has looked at its certificate. The alert is lost when what the client
  // sent meanwhile makes the server's kernel reset the connection.
  if (certificate !== undefined && /^(ECONNRESET|EPIPE)$/.test(code)) {
    return refusedByServer(
      refusal,
      `it closed the connection right after the handshake (${code})`,
      "probably ",
    );
  }
  if (certificate === undefined && !/^ERR_(SSL|TLS|OSSL)|^EPROTO$/.test(code)) return undefined;
  return {
    message: `TLS with the NATS server at ${place} failed: ${message.trim()}.`,
    fix: `Check the output of openssl s_client -starttls nats -connect ${place}, and the files of nats.tls.`,
  };
}

function wrongHost(server: DialledServer, certificate: PeerCertificate | undefined): CertificateFault {
  const { host, isGossiped } = server;
  const missing = isIP(host) === 0 ? `DNS:${host}` : `IP:${host}`;
  const otherwise = isGossiped
    ? "Another NATS server announced this address: or set `client_advertise` there to a name in the certificate."
    : "Or use one of these names in nats.servers.";
  return {
    message: `The certificate of the NATS server at ${placeOf(server)} names ${namesOf(certificate)}, and not ${missing}.`,
    fix: `Is it the right server? Then create a new certificate with the missing name in subjectAltName. ${otherwise}`,
  };
}

function outOfTime(place: string, code: string, certificate: PeerCertificate | undefined): CertificateFault {
  const [word, when] =
    code === "CERT_HAS_EXPIRED"
      ? ["has expired", certificate && `valid to ${certificate.valid_to}`]
      : ["is not valid yet", certificate && `valid from ${certificate.valid_from}`];
  const what = certificate ? ` It names ${namesOf(certificate)}, ${when}.` : "";
  return {
    message: `The certificate of the NATS server at ${place}, or of its CA, ${word}.${what}`,
    fix: "Renew it and reload that server (systemctl reload leasehold-nats); no node needs a restart. Or the clock of this machine is wrong: check with date.",
  };
}

function unknownIssuer({ server, certificate, has }: Refusal): CertificateFault {
  const issuer = certificate && Object.values(certificate.issuer ?? {}).join(", ");
  const by = issuer ? ` by "${issuer}"` : "";
  return {
    message: `The certificate of the NATS server at ${placeOf(server)} is signed${by}, which is not a trusted CA. It names ${namesOf(certificate)}.`,
    fix: has.ca
      ? "Is it the right server? Then put the certificate of its CA into the file that nats.tls.ca names (init: --ca)."
      : "Name the file with the certificate of its CA: nats.tls.ca (init: --ca).",
  };
}

function refusedByServer({ server, has }: Refusal, message: string, doubt = ""): CertificateFault {
  const place = placeOf(server);
  const alert = /alert ([a-z ]+)/.exec(message)?.[1] ?? message.trim();
  if (!has.cert) {
    return {
      message: `The NATS server at ${place} ${doubt}refused TLS: ${alert}. It seems to require a client certificate (\`verify: true\`), and none is set.`,
      fix: "Set nats.tls.cert and nats.tls.key (init: --cert, --key), or remove `verify` from its tls block.",
    };
  }
  return {
    message: `The NATS server at ${place} ${doubt}refused the certificate of nats.tls.cert: ${alert}.`,
    fix: "It must be signed by a CA in the server's ca_file, be valid now, and allow use by clients (extendedKeyUsage clientAuth).",
  };
}

/** `DNS:n1, IP:10.77.0.11`, as one writes it in a request. */
function namesOf(certificate: PeerCertificate | undefined): string {
  const text = certificate?.subjectaltname?.replaceAll("IP Address:", "IP:");
  if (text) return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return certificate?.subject?.CN ? `nothing but CN ${certificate.subject.CN}` : "nothing";
}
