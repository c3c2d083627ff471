import type { PeerCertificate } from "node:tls";
import { expect, it } from "vitest";
import { certificateFault, type DialledServer, identityFault } from "./certificate-fault.ts";

const server: DialledServer = { host: "10.77.0.11", port: 4222, isGossiped: false };
const certificate = (subjectaltname: string, CN = "n1") =>
  ({ subject: { CN }, subjectaltname }) as PeerCertificate;
const at = (host: string): DialledServer => ({ ...server, host });

it.each([
  ["10.77.0.11", "IP Address:10.77.0.12, IP Address:10.77.0.11", true],
  ["10.77.0.11", "IP Address:10.77.0.12", false],
  ["10.77.0.11", "DNS:10.77.0.11", false],
  ["10.77.0.11", "DNS:localhost", false],
  ["2001:db8::b", "IP Address:2001:DB8:0:0:0:0:0:B", true],
  ["2001:db8::b", "IP Address:2001:DB8:0:0:0:0:0:C", false],
  ["n1.example", "DNS:n1.example", true],
  ["n1.example", "DNS:N1.EXAMPLE", true],
  ["n1.example", "DNS:*.example.org", false],
  ["n1.example.org", "DNS:*.example.org", true],
  ["localhost", "DNS:localhost", true],
  ["localhost", "DNS:localhost.example, IP Address:127.0.0.1", false],
  // The common name alone names nothing.
  ["n1", "IP Address:10.77.0.11", false],
  ["n1", "", false],
])("%s is named by a certificate with %s: %s", (host, names, isNamed) => {
  expect(identityFault(at(host), certificate(names)) === undefined).toBe(isNamed);
});

const refusal = (code: string, message: string, shown?: PeerCertificate) => ({
  server,
  cause: Object.assign(new Error(message), code ? { code } : {}),
  certificate: shown,
  has: { ca: true, cert: false },
});

it("a server that is not there is no fault of TLS", () => {
  expect(certificateFault(refusal("ECONNREFUSED", "connect ECONNREFUSED 10.77.0.11:4222"))).toBeUndefined();
  expect(certificateFault(refusal("", "timeout"))).toBeUndefined();
});

it("a connection that is reset right after the handshake: the server most likely wants another certificate of ours", () => {
  const reset = refusal("ECONNRESET", "read ECONNRESET", certificate("IP Address:10.77.0.11"));
  expect(certificateFault({ ...reset, has: { ca: true, cert: true } })?.message).toBe(
    "The NATS server at 10.77.0.11:4222 probably refused the certificate of nats.tls.cert: it closed the connection right after the handshake (ECONNRESET).",
  );
  expect(certificateFault(reset)?.message).toMatch(
    /probably refused TLS: .*seems to require a client certificate/,
  );
  expect(certificateFault(refusal("ECONNRESET", "read ECONNRESET"))).toBeUndefined();
});

it("a certificate without names, and with very many", () => {
  const wrong = (names: string, CN: string) =>
    certificateFault(refusal("ERR_TLS_CERT_ALTNAME_INVALID", "…", certificate(names, CN)))!.message;
  expect(wrong("", "n1")).toContain("names nothing but CN n1, and not IP:10.77.0.11.");
  expect(wrong("", "")).toContain("names nothing, and not IP:10.77.0.11.");
  expect(wrong("DNS:n1, ".repeat(2000), "").length).toBeLessThan(400);
});

it("what nobody foresaw names the server, and how to look", () => {
  const fault = certificateFault(refusal("ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number\n"))!;
  expect(fault.message).toBe("TLS with the NATS server at 10.77.0.11:4222 failed: wrong version number.");
  expect(fault.fix).toMatch(/openssl s_client -starttls nats -connect 10\.77\.0\.11:4222/);
});
