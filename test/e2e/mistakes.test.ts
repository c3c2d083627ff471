// What people and the wire get wrong: a node that cannot start says why and what to do; a network document with errors, a
// request without a token, and garbage change nothing.
import { writeFileSync } from "node:fs";
import { Members } from "@leasehold/cluster";
import { clientIdOfHardware, type Mac, MessageType, macBytes, parseIpv4 } from "@leasehold/protocol";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { clientPrograms, RunningClient } from "../lab/clients/index.ts";
import { entering } from "../lab/host.ts";
import { kill, startDaemon } from "../lab/processes.ts";
import { Relay } from "../lab/relay.ts";
import { typescript } from "../lab/service.ts";
import { logOf } from "../lab/state.ts";
import { grantsOf, readWire } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";
import { StrayNode, type StrayOptions } from "./stray-node.ts";

const labOf = labForTests("mistakes", { clients: 16 });

describe("a node that cannot serve says so in a sentence, and what to do:", () => {
  let node: StrayNode | undefined;
  const start = (host: string, options: StrayOptions = {}) => {
    node = new StrayNode(labOf(), host, options);
    return node;
  };
  afterEach(() => node?.stop());

  /** With a program that runs on r1. */
  async function beside(argv: readonly string[], act: () => Promise<void>): Promise<void> {
    const { holders } = labOf().state;
    const log = logOf(labOf().state, "r1", "beside");
    const running = startDaemon([...entering(holders.r1!), ...argv], log);
    try {
      await expect
        .poll(async () => (await labOf().exec("r1", ["ss", "-ltn"])).stdout, { timeout: 10_000 })
        .toMatch(/:4222\b/);
      await act();
    } finally {
      await kill(running);
    }
  }

  test("there is no NATS server", async () => {
    const waiting = start("r1", { servers: ["nats://10.77.0.250:4222"] });
    await waiting.says(
      /Cannot connect to NATS at nats:\/\/10\.77\.0\.250:4222 as user \\"dhcpd\\": connection refused/,
    );
    expect(waiting.words()).toMatch(
      /Start a nats-server ≥ 2\.12\.3 with JetStream there, or correct nats\.servers/,
    );
    // It may come yet: the node waits for it, and is not ready.
    expect(waiting.isRunning()).toBe(true);
    expect(await waiting.get("/readyz")).toMatch(/waiting for NATS at nats:\/\/10\.77\.0\.250:4222.* 503$/);
  });

  test("the NATS server is too old", async () => {
    await beside([...typescript("test/e2e/old-nats.ts"), "4222"], async () => {
      const words = await start("r1", { servers: ["nats://10.77.0.250:4222"] }).ends();
      expect(words).toMatch(
        /^dhcpd: The NATS server at 10\.77\.0\.250:4222 is version 2\.9\.10; Leasehold needs 2\.12\.3 or newer/m,
      );
      expect(words).toMatch(/^ {2}Upgrade nats-server on every member of the cluster/m);
    });
  });

  test("the NATS server has no JetStream", async () => {
    await beside(["nats-server", "-p", "4222"], async () => {
      const waiting = start("r1", { servers: ["nats://10.77.0.250:4222"] });
      await waiting.says(/JetStream does not answer at 10\.77\.0\.250:4222/, 25);
      expect(waiting.words()).toMatch(/Enable it \(`jetstream \{\}` in the server's configuration/);
    });
  });

  test("NATS refuses the password", async () => {
    const words = await start("r1", { password: "wrong" }).ends();
    expect(words).toMatch(
      /^dhcpd: Cannot connect to NATS at .*10\.77\.0\.11:4222.* as user "dhcpd": Authorization Violation\.$/m,
    );
    expect(words).toMatch(/^ {2}Check nats\.user and nats\.password/m);
  });

  test("UDP port 67 is in use", async () => {
    const words = await start("n1").ends();
    expect(words).toMatch(/^dhcpd: UDP port 67 on eth0 is in use by another process\.$/m);
    expect(words).toMatch(/^ {2}Stop the other DHCP server/m);
  });

  test("there is no such interface: it waits for it, and says so", async () => {
    const waiting = start("r1", { interfaces: ["eth7"] });
    await waiting.says(/interface eth7 does not exist on this machine/);
    expect(waiting.words()).toMatch(/This machine has eth0\. Correct `interfaces` in node\.yaml/);
    await expect
      .poll(() => waiting.get("/readyz"), { timeout: 10_000 })
      .toMatch(/interface eth7 does not exist.*503$/);
    await waiting.stop();
  });

  test("it may not open port 67", async () => {
    const words = await start("r1", { under: ["setpriv", "--bounding-set=-all"] }).ends();
    expect(words).toMatch(/^dhcpd: UDP port 67 on eth0 may not be opened by this user\.$/m);
    expect(words).toMatch(/^ {2}Give the process CAP_NET_BIND_SERVICE and CAP_NET_RAW/m);
  });

  test("it has no CAP_NET_RAW, and serves by broadcast", async () => {
    const lab = labOf();
    const poor = start("r1", { under: ["setpriv", "--bounding-set=-net_raw"] });
    await poor.says(/no CAP_NET_RAW for raw frames: clients without an address are answered by broadcast/);
    // As soon as all four nodes know each other, it is its turn for some clients.
    await poor.says(/"members":\["n1","n2","n3","n4"\]/);
    await expect
      .poll(async () => (await lab.api("n1", "/metrics")).body, { timeout: 5000 })
      .toMatch(/leasehold_members_serving\{node="n1"\} 4/);
    const members = new Members("n4", ["n1", "n2", "n3"]);
    const { name, mac } = lab.clients.find(
      (host) => members.rankFor(clientIdOfHardware(1, macBytes(host.mac as Mac))) === 0,
    )!;
    const capture = await lab.startCapture();
    const udhcpc = clientPrograms.find((program) => program.name === "udhcpc")!;
    const lease = await new RunningClient(lab, name, udhcpc).lease();
    expect(lease.server).toBe(lab.host("r1").address);
    const [ack] = grantsOf(readWire(capture)).filter(({ client }) => client === mac);
    expect(ack!.by).toBe(lab.host("r1").mac);
    const reply = readWire(capture).find(({ client, type }) => client === mac && type === MessageType.ACK)!;
    expect(reply).toMatchObject({ toMac: "ff:ff:ff:ff:ff:ff", target: parseIpv4("255.255.255.255") });
  });
});

describe("a network document with errors", () => {
  const document = `version: 1
subnets:
  - id: compute
    prefix: 10.77.0.0/16
    interface: eth0
    leaseTime: 3600
    pools:
      - range: 10.78.16.0-10.78.31.255
      - range: 10.77.300.1-10.77.31.255
`;

  test("is refused with path and line by the command, and the running one stays", async () => {
    const lab = labOf();
    const before = await lab.api("n1", "/api/v1/network");
    const file = `${lab.state.directory}/broken.yaml`;
    writeFileSync(file, document);
    const { code, stderr } = await lab.exec("n1", ["leasehold", "apply", file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.yaml:6\b.*subnets\[0\]\.leaseTime/);
    expect(stderr).toMatch(/broken\.yaml:9\b.*subnets\[0\]\.pools\[1\]\.range.*10\.77\.300\.1/s);
    for (const node of ["n1", "n2", "n3"]) {
      const now = await lab.api(node, "/api/v1/network");
      expect(now.body).toEqual(before.body);
    }
  });

  test("is refused with path and line by the API, and the running one stays", async () => {
    const lab = labOf();
    const before = await lab.api("n2", "/api/v1/network");
    const headers = { "content-type": "application/yaml", "if-match": before.headers.get("etag")! };
    const refused = await lab.api("n2", "/api/v1/network", { method: "PUT", body: document, headers });
    expect(refused.status).toBe(422);
    const { problems } = refused.body as { problems: { path: string; line: number }[] };
    expect(problems).toContainEqual(expect.objectContaining({ path: "subnets[0].leaseTime", line: 6 }));
    expect((await lab.api("n2", "/api/v1/network")).body).toEqual(before.body);
  });

  test("is not stored over one that somebody changed meanwhile", async () => {
    const lab = labOf();
    const { body } = await lab.api("n3", "/api/v1/network");
    const { document: running } = body as { document: object };
    const put = (headers: Record<string, string>) =>
      lab.api("n3", "/api/v1/network", {
        method: "PUT",
        body: JSON.stringify(running),
        headers: { "content-type": "application/json", ...headers },
      });
    expect((await put({})).status).toBe(428);
    expect((await put({ "if-match": '"999"' })).status).toBe(412);
  });
});

describe("the API", () => {
  const paths = ["leases", "hosts", "network", "cluster", "hosts/x"].map((name) => `/api/v1/${name}`);

  test.each([...paths, "/metrics"])("says nothing of %s without the token", async (path) => {
    for (const authorization of ["", "Bearer wrong", labOf().state.token]) {
      const { status, body } = await labOf().api("n1", path, { headers: { authorization } });
      expect(status).toBe(401);
      expect(body).toMatchObject({ error: "This needs a token." });
    }
  });

  test("takes no network document without the token", async () => {
    const headers = { authorization: "", "if-match": "*", "content-type": "application/json" };
    const put = await labOf().api("n1", "/api/v1/network", { method: "PUT", body: "{}", headers });
    expect(put.status).toBe(401);
  });

  test("says to everybody whether it lives and is ready", async () => {
    for (const path of ["/livez", "/readyz"]) {
      expect((await labOf().api("n1", path, { headers: { authorization: "" } })).status).toBe(200);
    }
  });
});

describe("garbage on the wire", () => {
  let relay: Relay | undefined;
  afterAll(() => relay?.close());

  test("is dropped and counted, and clients are served as before", async () => {
    relay = await Relay.open(labOf());
    const pid = labOf().processes().n1!.dhcpd;
    for (const [reason, bytes] of garbage) {
      const before = await dropped("n1", reason);
      for (let i = 0; i < 20; i++) relay.send("n1", bytes);
      await expect.poll(() => dropped("n1", reason)).toBe(before + 20);
    }
    const ack = await relay.lease("n1", "02:1e:a5:55:00:01" as Mac);
    expect(ack.yiaddr).not.toBe(0);
    expect(labOf().processes().n1!.dhcpd).toEqual(pid);
  });

  const header = (changes: Readonly<Record<number, number>>, options: readonly number[]) => {
    const bytes = Buffer.alloc(300);
    bytes.set([1, 1, 6, 0], 0);
    bytes.writeUInt32BE(0x63825363, 236);
    bytes.set(options, 240);
    for (const [at, octet] of Object.entries(changes)) bytes[Number(at)] = octet;
    return bytes;
  };
  /** By the reason under which it must be counted (docs/leases.md). */
  const garbage: readonly (readonly [reason: string, bytes: Uint8Array])[] = [
    ["too-short", Buffer.from("Leasehold")],
    ["too-short", Buffer.alloc(0)],
    ["bad-op", header({ 0: 7 }, [53, 1, 1, 255])],
    ["bad-hlen", header({ 2: 200 }, [53, 1, 1, 255])],
    ["bad-cookie", header({ 236: 0 }, [53, 1, 1, 255])],
    ["truncated-option", header({}, [...Array.from({ length: 57 }, () => 0), 53, 4, 1])],
    ["not-for-servers", header({ 0: 2 }, [53, 1, 2, 255])],
    ["not-for-servers", header({}, [53, 1, 5, 255])],
    ["bootp-not-served", header({ 28: 2, 33: 9 }, [255])],
  ];

  async function dropped(node: string, reason: string): Promise<number> {
    const { body } = await labOf().api(node, "/metrics");
    const line = new RegExp(`^leasehold_packets_dropped_total\\{reason="${reason}".*\\} (\\d+)$`, "m");
    return Number(line.exec(body as string)?.[1] ?? 0);
  }
});
