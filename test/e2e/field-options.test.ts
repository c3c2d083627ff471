// Which options a client is sent, on the wire: also those that it did not ask for, and those for which there is little room.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type EncodedOption,
  encode,
  ipv4,
  type Mac,
  MessageType,
  type MessageTypeName,
  macBytes,
  parseIpv4,
} from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { must, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { faultsIn, fieldsOf } from "./tshark.ts";

const ALL = "255.255.255.255";
const NETWORK = fileHere("networks/field-options.yaml");
const [EIGHT, FIFTEEN, SIXTEEN] = ["02:1e:a5:f8:00:08", "02:1e:a5:f8:00:15", "02:1e:a5:f8:00:16"];
const ANYBODY = "02:1e:a5:f8:00:99";
/** Circuit and remote ID. */
const RELAY_AGENT = Buffer.from("0104616263640206020000000001", "hex");
const OWN = [53, 54, 51, 58, 59];
const labOf = labForTests("fieldoptions", { clients: 1, network: NETWORK });
let capture: string;
let client: UdpPort;
let relay: UdpPort;
let xid = 0xf8000000;

beforeAll(async () => {
  const lab = labOf();
  capture = await lab.startCapture();
  await must([...lab.onHost("c1").argv, "ip", "route", "replace", `${ALL}/32`, "dev", "eth0"]);
  client = await UdpPort.open(lab, "c1", 68);
  relay = await UdpPort.open(lab, "r1", 67);
});
afterAll(() => Promise.all([client, relay].map((port) => port?.close())));

function message(
  type: MessageTypeName | "BOOTP",
  mac: string,
  options: readonly EncodedOption[],
  giaddr = ipv4(0),
): Uint8Array {
  const none = ipv4(0);
  const bytes = new Uint8Array(548);
  const length = encode(
    {
      ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: ++xid, secs: 0, flags: 0x8000 },
      ...{ ciaddr: none, yiaddr: none, siaddr: none, giaddr, chaddr: macBytes(mac as Mac) },
      options: [...(type === "BOOTP" ? [] : [[53, Uint8Array.of(MessageType[type])] as const]), ...options],
    },
    bytes,
  );
  return bytes.subarray(0, length);
}

/** Sends a DISCOVER, or what it is given, until there is a reply to it. */
async function ask(
  mac: string,
  options: readonly EncodedOption[],
  type: MessageTypeName | "BOOTP" = "DISCOVER",
): Promise<WireMessage> {
  return repliedTo(mac, message(type, mac, options), (bytes) => client.send(bytes, ALL, 67));
}

async function askByRelay(mac: string, options: readonly EncodedOption[]): Promise<WireMessage> {
  const giaddr = parseIpv4(labOf().host("r1").address!)!;
  const bytes = message("DISCOVER", mac, [...options, [82, RELAY_AGENT]], giaddr);
  return repliedTo(mac, bytes, () => relay.send(bytes, labOf().host("n1").address!, 67));
}

async function repliedTo(
  mac: string,
  bytes: Uint8Array,
  send: (bytes: Uint8Array) => void,
): Promise<WireMessage> {
  const id = xid;
  return until(`${mac} has a reply`, 30, async () => {
    send(bytes);
    return until(
      "the reply is there",
      3,
      async () => readWire(capture).find(({ packet }) => packet.op === 2 && packet.xid === id),
      50,
    ).catch(() => undefined);
  });
}

const wants = (...codes: number[]): EncodedOption => [55, Uint8Array.from(codes)];
const textOf = ({ packet }: WireMessage, code: number) => Buffer.from(packet.raw(code) ?? []).toString();
/** But for those that every OFFER has. */
const codesOf = ({ packet }: WireMessage) => packet.codes().filter((code) => !OWN.includes(code));

interface Told {
  readonly options: readonly { readonly name: string; readonly sent: boolean; readonly why: string }[];
}

/** What `explain` says of the options of the reply to such a DISCOVER, by name. */
async function why(mac: string, options: readonly EncodedOption[]): Promise<Record<string, string>> {
  const packet = Buffer.from(message("DISCOVER", mac, options)).toString("hex");
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ packet, interface: "eth0" }),
  };
  const { body } = await labOf().api("n1", "/api/v1/explain", init);
  return Object.fromEntries((body as Told).options.map((one) => [one.name, one.why]));
}

async function omitted(code: number): Promise<number> {
  const texts = await Promise.all(labOf().nodes.map(({ name }) => labOf().api(name, "/metrics")));
  const counts = texts.map(({ body }) =>
    new RegExp(`^leasehold_options_omitted_total\\{[^}]*code="${code}"[^}]*\\} (\\d+)$`, "m").exec(
      String(body),
    ),
  );
  return counts.reduce((sum, found) => sum + Number(found?.[1] ?? 0), 0);
}

describe("field report 8: what is set for a client, and it did not ask for", () => {
  it.each([
    ["1 and 3", [1, 3], [1, 3, 66, 209, 210]],
    ["66, 67 and 43", [66, 67, 43], [66, 1, 209, 210]],
    ["nothing, by an empty option 55", [], [1, 66, 209, 210]],
  ])("field report 8: a client with a reservation that asks for %s", async (_, asked, sent) => {
    const reply = await ask(EIGHT, [wants(...asked)]);
    expect(codesOf(reply)).toEqual(sent);
    expect([66, 209, 210].map((code) => textOf(reply, code))).toEqual([
      "boot.hpc.example",
      "field/eight.cfg",
      "/field/",
    ]);
  });

  it("field report 8: a class's options, and what is always or never sent", async () => {
    const loader: EncodedOption = [60, Buffer.from("FieldLoader:1")];
    expect(codesOf(await ask(ANYBODY, [wants(15), loader]))).toEqual([15, 1, 211, 224, 42]);
    expect(codesOf(await ask(ANYBODY, [wants(15, 7)]))).toEqual([15, 1, 224]);
    expect(codesOf(await ask(ANYBODY, []))).not.toContain(7);
  });

  it("field report 8: explain says why of each option", async () => {
    expect(await why(EIGHT, [wants(1, 3, 7)])).toMatchObject({
      routers: "asked for",
      tftpServerName: "set for this client",
      configurationFile: "set for this client",
      domainName: "not asked for",
      logServers: "never sent (defaults)",
      siteTag: expect.stringMatching(/^never sent \(reservation /),
    });
    expect(await why(ANYBODY, [wants(3)])).toMatchObject({
      siteTag: "always sent (defaults)",
      subnetMask: "goes with every address",
    });
  });
});

it("C2: the subnet mask goes with every address, whatever option 55 names", async () => {
  for (const options of [[wants(3, 6)], [wants()], [wants(66)], []]) {
    const { packet } = await ask(ANYBODY, options);
    expect(packet.get("subnetMask")).toBe(0xffff0000);
  }
});

it("field report 14: diff warns of classless routes without a default one beside routers", async () => {
  const { warnings } = await labOf().leasehold<{ warnings: string[] }>(["diff", NETWORK]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /field-options\.yaml:\d+:\d+: subnets\[0\]\.options\.classlessStaticRoutes: found routes without a default one, beside routers/,
    ),
  ]);
});

describe("field report 15: an option that is longer than its room", () => {
  it("field report 15: 300 octets reach a client without option 57, over options and file; tshark reads them so", async () => {
    const reply = await ask(FIFTEEN, [wants(1, 3, 17)]);
    expect(textOf(reply, 17)).toBe("r".repeat(300));
    expect([reply.packet.get("overload"), reply.packet.bytes.length <= 548]).toEqual([1, true]);
    const id = `0x${reply.packet.xid.toString(16)}`;
    const fields = ["dhcp.option.option_overload", "dhcp.option.type"];
    const [row] = await fieldsOf(capture, `dhcp.type == 2 && dhcp.id == ${id}`, fields);
    const [overload, types = ""] = row!.split("\t");
    expect([overload, types.split(",").filter((one) => one === "17").length]).toEqual(["1", 2]);
  });

  it("field report 15: through a relay agent, option 82 comes back last and whole, and not in file or sname", async () => {
    for (const mac of [FIFTEEN, SIXTEEN]) {
      const { packet } = await askByRelay(mac, [wants(1, 3, 17)]);
      expect(Buffer.from(packet.raw(82)!)).toEqual(RELAY_AGENT);
      const end = packet.bytes.lastIndexOf(255);
      const last = packet.bytes.subarray(end - RELAY_AGENT.length - 2, end);
      expect(Buffer.from(last)).toEqual(Buffer.from([82, RELAY_AGENT.length, ...RELAY_AGENT]));
      expect(packet.has(17)).toBe(mac === FIFTEEN);
    }
  });

  it("field report 15: what has no room is counted, and explain tells it from what is not asked for", async () => {
    const before = await omitted(17);
    const reply = await ask(SIXTEEN, [wants(1, 3, 17)]);
    expect(codesOf(reply)).toEqual([1, 3, 224]);
    await until("it is counted", 20, async () => (await omitted(17)) > before);
    expect(await why(SIXTEEN, [wants(1, 3, 17)])).toMatchObject({
      rootPath: "no room",
      domainName: "not asked for",
    });
    const roomy = await ask(SIXTEEN, [wants(1, 3, 17), [57, Uint8Array.of(0x05, 0xdc)]]);
    expect(textOf(roomy, 17)).toHaveLength(700);
  });

  it("field report 15: a BOOTP client gets nothing in file or sname, and the option is counted", async () => {
    const before = await omitted(17);
    const { packet } = await ask(SIXTEEN, [], "BOOTP");
    expect([packet.has(52), packet.has(17), packet.has(53)]).toEqual([false, false, false]);
    await until("it is counted", 20, async () => (await omitted(17)) > before);
  });
});

it("C6: a route with host bits is refused with its place, what was found and what to write", async () => {
  const file = join(labOf().state.directory, "host-bits.yaml");
  const routes =
    "[{ destination: 10.8.0.0/16, router: 10.77.0.1 }, { destination: 10.1.2.3/24, router: 10.77.0.1 }]";
  writeFileSync(
    file,
    `version: 1\nsubnets:\n  - { id: compute, prefix: 10.77.0.0/16, options: { classlessStaticRoutes: ${routes} } }\n`,
  );
  const told = labOf().leasehold(["diff", file]);
  await expect(told).rejects.toThrow(
    /"path": "subnets\[0\]\.options\.classlessStaticRoutes\[1\]\.destination"/,
  );
  await expect(told).rejects.toThrow(/10\.1\.2\.3\/24.*which has host bits/);
  await expect(told).rejects.toThrow(/Write 10\.1\.2\.0\/24 if that network was meant/);
});

it("field report 15: nothing on the wire is malformed to tshark, overloaded or not", async () => {
  expect(await faultsIn(await labOf().stopCapture())).toEqual([]);
});
