// A13: SIGHUP is no goodbye: both daemons read the API's token and certificate again, and keep the old ones when the new are wrong.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { until } from "../lab/shell.ts";
import { Daemons, freePort } from "./daemons.ts";

const folder = mkdtempSync(join(tmpdir(), "leasehold-reload-"));
const file = (name: string) => join(folder, name);
const daemons = new Daemons(folder);
afterAll(() => {
  daemons.kill();
  rmSync(folder, { recursive: true, force: true });
});

function certificate(name: string): void {
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const out = ["-keyout", file("api.key"), "-out", file("api.pem"), "-days", "2", "-subj", `/CN=${name}`];
  execFileSync("openssl", [...request, ...out], { stdio: "ignore" });
}

const start = (program: string, document: object) => daemons.start(program, document);

// No NATS is there: a node, or a syncer, that waits for it has its API already.
const nats = { servers: ["nats://127.0.0.1:1"] };

/** The HTTP status that the token gets, by curl: it takes the certificate as it is. */
function statusOf(url: string, token: string): string {
  const ask = ["-ks", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Authorization: Bearer ${token}`, url];
  try {
    return execFileSync("curl", ask).toString();
  } catch {
    return "none";
  }
}

function shownName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    });
    socket.on("error", reject);
  });
}

describe("A13: SIGHUP", () => {
  it("A13: dhcpd takes a new token and certificate, says so, and keeps the old ones when the new are wrong", async () => {
    const [port, dhcp] = [await freePort(), await freePort()];
    writeFileSync(file("token"), "first\n");
    certificate("first");
    const tls = { cert: file("api.pem"), key: file("api.key") };
    const api = { listen: `127.0.0.1:${port}`, tokenFile: file("token"), tls };
    const node = start("apps/dhcpd/src/main.ts", {
      name: "any-name",
      interfaces: ["lo"],
      nats,
      api,
      dhcp: { port: dhcp },
    });
    const url = `https://127.0.0.1:${port}/metrics`;
    await until("its API answers", 30, async () => statusOf(url, "first") === "200");
    expect(await shownName(port)).toBe("first");

    writeFileSync(file("token"), "second\n");
    certificate("second");
    await node.hangup(/SIGHUP: reloaded the token and the certificate of the API/);
    expect([statusOf(url, "first"), statusOf(url, "second")]).toEqual(["401", "200"]);
    expect(await shownName(port)).toBe("second");

    writeFileSync(file("token"), "");
    writeFileSync(file("api.pem"), "nothing of the kind");
    await node.hangup(/SIGHUP: node\.yaml has errors; the token and the certificate are unchanged/);
    expect(node.said()).toMatch(/it is empty.*certificates in PEM/s);
    expect(statusOf(url, "second")).toBe("200");
    expect(await shownName(port)).toBe("second");
  });

  it("A13: syncer takes a new token and certificate, and keeps the old ones when the new are wrong", async () => {
    const port = await freePort();
    writeFileSync(file("token"), "first\n");
    certificate("first");
    const tls = { cert: file("api.pem"), key: file("api.key") };
    const api = { listen: `127.0.0.1:${port}`, tokenFile: file("token"), tls };
    const sources = [{ type: "smd", url: "http://127.0.0.1:1" }];
    const syncer = start("apps/syncer/src/main.ts", { name: "any-name", nats, api, sources });
    const url = `https://127.0.0.1:${port}/metrics`;
    await until("its API answers", 30, async () => statusOf(url, "first") === "200");
    writeFileSync(file("token"), "second\n");
    certificate("second");
    await syncer.hangup(/SIGHUP: reloaded the token and the certificate of the API/);
    expect([statusOf(url, "first"), statusOf(url, "second")]).toEqual(["401", "200"]);
    expect(await shownName(port)).toBe("second");
    rmSync(file("token"));
    certificate("third");
    await syncer.hangup(/SIGHUP: syncer\.yaml has errors; the token and the certificate are unchanged/);
    expect(statusOf(url, "second")).toBe("200");
    expect(await shownName(port)).toBe("second");
  });
});

describe("A14: a start that can never work ends with 2 and says why", () => {
  it.each([
    ["apps/dhcpd/src/main.ts", { interfaces: ["lo"], api: { listen: "127.0.0.1:1", token: "t" } }],
    [
      "apps/syncer/src/main.ts",
      { api: { listen: "127.0.0.1:1", token: "t" }, sources: [{ type: "smd", url: "http://127.0.0.1:1" }] },
    ],
  ])("A14: %s: a CA file that is missing", async (program, more) => {
    const daemon = start(program, { name: "x", nats: { ...nats, tls: { ca: "/no/such/ca.pem" } }, ...more });
    await until("it ends", 30, async () => daemon.child.exitCode !== null);
    expect(daemon.child.exitCode).toBe(2);
    expect(daemon.said()).toMatch(
      /daemon\.yaml:1:\d+: nats\.tls\.ca: found \/no\/such\/ca\.pem: there is no such file/,
    );
  });
});
