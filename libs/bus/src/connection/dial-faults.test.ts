import type { Server } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import type { CertificateFault } from "./certificate-fault.ts";
import { DialFaults } from "./dial-faults.ts";

const untrusted = (host: string, code = "CERT_HAS_EXPIRED") => ({
  server: { host, port: 4222, isGossiped: false },
  cause: Object.assign(new Error("no"), { code }),
  certificate: undefined,
  has: { ca: true, cert: false },
});
const inPool = (hostname: string, lastConnect = 0) => ({ hostname, port: 4222, lastConnect }) as Server;

it("tells each fault once, and again when it is another, or was over", () => {
  const reported: CertificateFault[] = [];
  const faults = new DialFaults();
  faults.note(untrusted("n1"), 0);
  faults.reportTo((fault) => reported.push(fault));
  expect(reported).toHaveLength(1);
  for (let at = 0; at < 5; at++) faults.note(untrusted("n1"), at);
  expect(reported).toHaveLength(1);
  faults.note(untrusted("n2"), 9);
  faults.note(untrusted("n1", "CERT_NOT_YET_VALID"), 10);
  expect(reported).toHaveLength(3);
  faults.over("n2:4222");
  faults.note(untrusted("n2"), 11);
  expect(reported).toHaveLength(4);
  expect(faults.all()).toHaveLength(2);
});

it("a server that does not answer any more is not known to be untrusted", () => {
  const faults = new DialFaults();
  faults.note(untrusted("n1"), 0);
  faults.note(untrusted("n1", "ECONNREFUSED"), 1);
  expect(faults.all()).toEqual([]);
  expect(faults.otherReason).toBe("n1:4222: no");
});

it("passes over a server whose certificate is refused, and asks it again after two seconds", () => {
  const faults = new DialFaults();
  const pool = [inPool("n1"), inPool("n2", 1000), inPool("n3", 900)];
  expect(faults.next(pool, 1000)).toBeNull();
  faults.note(untrusted("n1"), 1000);
  expect(faults.next(pool, 1010)).toMatchObject({ server: { hostname: "n3" }, delay: 40 });
  expect(faults.next(pool, 2999)).toMatchObject({ server: { hostname: "n2" }, delay: 0 });
  expect(faults.next(pool, 3000)).toBeNull();
});

it("waits for the first one that is due when all are refused", () => {
  const faults = new DialFaults();
  faults.note(untrusted("n1"), 1000);
  faults.note(untrusted("n2"), 1200);
  expect(faults.next([inPool("n2"), inPool("n1")], 1300)).toMatchObject({
    server: { hostname: "n1" },
    delay: 1700,
  });
});

it("remembers no more servers than a cluster has", () => {
  const faults = new DialFaults();
  for (let i = 0; i < 1000; i++) faults.note(untrusted(`n${i}`), i);
  expect(faults.all().length).toBeLessThanOrEqual(64);
});
