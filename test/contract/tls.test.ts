// TLS to NATS as a site has it: certificates for addresses, for names, for the wrong machine, out of date, of another CA, and wanted from
// the client; real servers, and a CA of the test's own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bus, BusError, type BusOptions, type BusState, connectBus, retryUntilUp } from "@leasehold/bus";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Authority, type Pair } from "../nats/certificates.ts";
import { freePorts } from "../nats/cluster.ts";
import { TlsServer, type TlsServerSettings } from "../nats/tls-servers.ts";

const folder = mkdtempSync(join(tmpdir(), "leasehold-tls-"));
let ca: Authority;
let otherCa: Authority;
const servers: TlsServer[] = [];
const buses: Bus[] = [];

beforeAll(() => {
  ca = new Authority(folder, "ca-of-the-site");
  otherCa = new Authority(folder, "ca-of-somebody-else");
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function serve(settings: TlsServerSettings): Promise<TlsServer> {
  const server = await TlsServer.start(folder, settings);
  servers.push(server);
  return server;
}

type Told = readonly [BusState, string];

function settings(urls: readonly string[], more: Partial<BusOptions>): BusOptions {
  return { name: "n1", servers: urls, tls: { ca: ca.file }, connectTimeoutMs: 0, ...more };
}

async function connected(urls: readonly string[], more: Partial<BusOptions> = {}): Promise<Bus> {
  const bus = await connectBus(settings(urls, more));
  buses.push(bus);
  return bus;
}

async function refusal(urls: readonly string[], more: Partial<BusOptions> = {}): Promise<BusError> {
  const caught = await connected(urls, more).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(caught).toBeInstanceOf(BusError);
  return caught as BusError;
}

const port = (server: TlsServer, host: string) => `nats://${host}:${server.port}`;

describe("a certificate that is for the server", () => {
  it.each([
    ["an IPv4 address", "127.0.0.1", "IP:127.0.0.1"],
    ["another IPv4 address of the loopback", "127.0.0.9", "DNS:n9,IP:127.0.0.9"],
    ["an IPv6 address", "[::1]", "IP:::1"],
    ["an IPv6 address that is written at length in the certificate", "[::1]", "IP:0:0:0:0:0:0:0:1"],
  ])("%s", async (_, address, names) => {
    const server = await serve({ address, pair: ca.issue(names) });
    const bus = await connected([server.url]);
    expect(bus.nc.getServer()).toBe(`${address}:${server.port}`);
  });

  it("an IPv6 address that is written at length in nats.servers", async () => {
    const server = await serve({ address: "[::1]", pair: ca.issue("IP:::1") });
    await connected([`[0:0:0:0:0:0:0:1]:${server.port}`]);
  });

  it("a name, which is looked up", async () => {
    const server = await serve({ address: "127.0.0.1", pair: ca.issue("DNS:localhost") });
    await connected([port(server, "localhost")]);
  });

  it("is asked for by everybody: also without nats.tls", async () => {
    const server = await serve({ address: "127.0.0.1", pair: ca.issue("IP:127.0.0.1") });
    const error = await refusal([server.url], { tls: undefined });
    expect(error.message).toMatch(/signed by "ca-of-the-site", which is not a trusted CA/);
    expect(error.fix).toMatch(/nats\.tls\.ca \(init: --ca\)/);
  });
});

describe("a certificate that is for somebody else", () => {
  it.each([
    ["the address of another machine", "127.0.0.1", "IP:127.0.0.2,DNS:n2", "IP:127.0.0.1"],
    ["localhost is no name of an address", "127.0.0.1", "DNS:localhost", "IP:127.0.0.1"],
    ["an address in the place of a name", "127.0.0.1", "DNS:127.0.0.1", "IP:127.0.0.1"],
    ["any name is no address", "127.0.0.1", "DNS:*.0.0.1,DNS:*", "IP:127.0.0.1"],
    ["another IPv6 address", "[::1]", "IP:::2,IP:127.0.0.1", "IP:::1"],
  ])("%s", async (_, address, names, missing) => {
    const server = await serve({ address, pair: ca.issue(names) });
    const error = await refusal([server.url]);
    expect(error.isTransient).toBe(true);
    expect(error.message).toContain(`The certificate of the NATS server at ${address}:${server.port} names `);
    expect(error.message).toContain(`, and not ${missing}.`);
    expect(error.fix).toMatch(/Is it the right server\? Then create a new certificate/);
    expect(error.fix).not.toMatch(/Start a nats-server/);
  });

  it("an address is no name", async () => {
    const server = await serve({ address: "127.0.0.1", pair: ca.issue("IP:127.0.0.1") });
    expect((await refusal([port(server, "localhost")])).message).toMatch(
      /names IP:127\.0\.0\.1, and not DNS:localhost\./,
    );
  });

  it("what another server of nats.servers may call itself", async () => {
    const first = await serve({ address: "127.0.0.1", pair: ca.issue("IP:127.0.0.1") });
    const second = await serve({ address: "127.0.0.2", pair: ca.issue("IP:127.0.0.1,DNS:localhost") });
    await first.stop();
    const error = await refusal([port(first, "localhost"), first.url, second.url]);
    expect(error.message).toContain(
      `at ${second.url.slice(7)} names IP:127.0.0.1, DNS:localhost, and not IP:127.0.0.2.`,
    );
    expect(error.message).toMatch(/connection refused/);
  });
});

describe("a certificate that is not to be trusted", () => {
  it("has expired: when, and for whom, is told", async () => {
    const server = await serve({ address: "127.0.0.1", pair: ca.issue("IP:127.0.0.1", -1) });
    const error = await refusal([server.url]);
    expect(error.message).toMatch(
      /127\.0\.0\.1:\d+, or of its CA, has expired\. It names IP:127\.0\.0\.1, valid to \w/,
    );
    expect(error.fix).toMatch(/Renew it and reload that server/);
  });

  it("is of another CA", async () => {
    const server = await serve({ address: "127.0.0.1", pair: otherCa.issue("IP:127.0.0.1") });
    const error = await refusal([server.url]);
    expect(error.message).toMatch(/signed by "ca-of-somebody-else", which is not a trusted CA/);
    expect(error.fix).toMatch(/into the file that nats\.tls\.ca names/);
  });

  it("a server without TLS gets no password", async () => {
    const server = await serve({ address: "127.0.0.1", pair: undefined });
    const error = await refusal([server.url], { user: "dhcpd", password: "secret" });
    expect(error.message).toMatch(/does not speak TLS, and nats\.tls says that it must/);
  });
});

describe("a server that wants a certificate from its clients", () => {
  const address = "127.0.0.1";
  const demanding = () => serve({ address, pair: ca.issue("IP:127.0.0.1"), clientCa: ca.file });

  it("gets it", async () => {
    const own = ca.issue("DNS:n1");
    await connected([(await demanding()).url], { tls: { ca: ca.file, ...own } });
  });

  it("gets none, and says so", async () => {
    const error = await refusal([(await demanding()).url]);
    expect(error.message).toMatch(/seems to require a client certificate/);
    expect(error.fix).toMatch(/nats\.tls\.cert and nats\.tls\.key \(init: --cert, --key\)/);
  });

  it.each([
    ["of another CA", () => otherCa.issue("DNS:n1")],
    ["that has expired", () => ca.issue("DNS:n1", -1)],
  ])("gets one %s", async (_, issue) => {
    const error = await refusal([(await demanding()).url], { tls: { ca: ca.file, ...issue() } });
    expect(error.message).toMatch(/refused the certificate of nats\.tls\.cert: /);
    expect(error.fix).toMatch(/signed by a CA in the server's ca_file/);
  });
});

describe("a certificate that is renewed", () => {
  it("while a daemon waits to connect: the fault is said once, and it comes in by itself", async () => {
    const server = await serve({ address: "127.0.0.1", pair: ca.issue("IP:127.0.0.1", -1) });
    const said: string[] = [];
    let tries = 0;
    const waiting = retryUntilUp({ say: ({ message }) => said.push(message) }, () => {
      tries++;
      return connected([server.url]);
    });
    await vi.waitFor(() => expect(tries).toBeGreaterThan(3), { timeout: 20_000, interval: 100 });
    await server.renew(ca.issue("IP:127.0.0.1"));
    expect((await waiting).connected).toBe(true);
    expect(said).toEqual([expect.stringMatching(/has expired/)]);
  });

  it("while a node is connected: it is asked again at a bounded pace, and comes back by itself", async () => {
    const server = await serve({ address: "127.0.0.1", pair: ca.issue("IP:127.0.0.1") });
    const told: Told[] = [];
    let dialled = 0;
    const bus = await connected([server.url], { onState: (...what) => told.push(what) });
    void (async () => {
      for await (const { type } of bus.nc.status()) if (type === "reconnecting") dialled++;
    })();
    await server.renew(ca.issue("IP:127.0.0.1", -1));
    const since = performance.now();
    await bus.nc.reconnect();
    await vi.waitFor(() => expect(dialled).toBeGreaterThan(2), { timeout: 20_000, interval: 50 });
    const most = 2 + (performance.now() - since) / 2000;
    expect(dialled).toBeLessThanOrEqual(most);
    expect(bus.connected).toBe(false);
    const untrusted = () => told.filter(([state]) => state === "untrusted").map(([, detail]) => detail);
    expect(untrusted()).toEqual([expect.stringMatching(/has expired.*Renew it and reload/)]);

    await server.renew(otherCa.issue("IP:127.0.0.1"));
    await vi.waitFor(() => expect(untrusted()).toHaveLength(2), { timeout: 20_000, interval: 50 });
    expect(untrusted()[1]).toMatch(/ca-of-somebody-else/);
    await server.renew(ca.issue("IP:127.0.0.1"));
    await vi.waitFor(() => expect(bus.connected).toBe(true), { timeout: 20_000, interval: 50 });
    expect(untrusted()).toHaveLength(2);
  });
});

describe("servers that other servers tell of", () => {
  async function pair(second: Pair): Promise<readonly [TlsServer, TlsServer]> {
    const [a, b] = await freePorts(2);
    const first = ca.issue("DNS:localhost,IP:127.0.0.1");
    return Promise.all([
      serve({ address: "127.0.0.1", pair: first, routes: [a!, b!] }),
      serve({ address: "127.0.0.2", pair: second, routes: [b!, a!] }),
    ]);
  }

  it("are trusted by the address that they are dialled at, also where the first one had a name", async () => {
    const [first, second] = await pair(ca.issue("IP:127.0.0.2"));
    const bus = await connected([port(first, "localhost")], { connectTimeoutMs: 20_000 });
    await vi.waitFor(() => expect(bus.nc.info?.connect_urls).toContain(second.url.slice(7)), 20_000);
    await first.stop();
    await vi.waitFor(() => expect(bus.connected && bus.nc.getServer()).toBe(second.url.slice(7)), 20_000);
  });

  it("are refused with what is the first one's, and the first one is still dialled", async () => {
    const [first, second] = await pair(ca.issue("DNS:localhost,IP:127.0.0.1"));
    const told: Told[] = [];
    const more = { connectTimeoutMs: 20_000, onState: (...what: Told) => void told.push(what) };
    const bus = await connected([port(first, "localhost")], more);
    await vi.waitFor(() => expect(bus.nc.info?.connect_urls).toContain(second.url.slice(7)), 20_000);
    await first.stop();
    await vi.waitFor(() => expect(told.map(([state]) => state)).toContain("untrusted"), 20_000);
    const [, detail] = told.find(([state]) => state === "untrusted")!;
    expect(detail).toMatch(/127\.0\.0\.2:\d+ names DNS:localhost, IP:127\.0\.0\.1, and not IP:127\.0\.0\.2/);
    expect(detail).toMatch(/client_advertise/);
    expect(bus.connected).toBe(false);
    await first.start();
    await vi.waitFor(() => expect(bus.connected).toBe(true), 20_000);
    expect(bus.nc.getServer()).toMatch(new RegExp(`:${first.port}$`));
    expect(told.filter(([state]) => state === "untrusted")).toHaveLength(1);
  });
});
