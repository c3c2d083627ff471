// `leasehold explain`: what a packet, or a client with this hardware address, would be answered, and why. Nothing comes of it.
import { parseMac } from "@leasehold/protocol";
import { type Explanation, explanationLines } from "../../answers/explanation.ts";
import { capturedIn } from "../../client/captured-frame.ts";
import { anyIdentifier, identifier, oneOf } from "../../client/identifiers.ts";
import type { Command, Context, OptionTable } from "../../command.ts";
import { ExitCode, Failure, usageFailure } from "../../failure.ts";
import { refusal } from "../../io/api.ts";

// By the names that the API has for them, and what the help says.
const OF_A_CLIENT = [
  ["relay", "relay", "IP", "The relay agent that forwards it (giaddr)."],
  ["type", "type", "TYPE", "DISCOVER (the default), REQUEST or INFORM."],
  ["address", "address", "IP", "The address that the client requests or has."],
  ["client-id", "clientId", "HEX", "Option 61."],
  ["vendor-class", "vendorClass", "TEXT", "Option 60: text, or 0x… for octets. The same for the next three."],
  ["user-class", "userClass", "TEXT", "Option 77."],
  ["circuit-id", "circuitId", "TEXT", "Circuit id (option 82.1)."],
  ["remote-id", "remoteId", "TEXT", "Remote id (option 82.2)."],
  ["hostname", "hostname", "NAME", "Option 12."],
  ["arch", "arch", "NUMBER", "Client architecture (option 93): 7 is x86-64 UEFI, 11 is arm64 UEFI."],
  ["uuid", "uuid", "UUID", "Option 97."],
] as const;

/** What cannot be one is a usage error before anybody is asked; the other ones are any text. */
const READ: Readonly<Record<string, (text: string) => string | number>> = {
  relay: (text) => identifier("ip", text),
  type: (text) => oneOf("type that is explained", text, ["discover", "request", "inform"]).toUpperCase(),
  address: (text) => identifier("ip", text),
  "client-id": (text) => identifier("client", text),
  hostname: (text) => identifier("hostname", text),
  arch: (text) => Number(identifier("arch", text)),
  uuid: (text) => identifier("uuid", text),
};

const options: OptionTable = {
  packet: { type: "string", value: "HEX", about: "A DHCP message, or the whole Ethernet frame." },
  "pcap-hex": {
    type: "string",
    value: "FILE",
    about: "A capture as `tcpdump -xx`, `tshark -x` or `xxd` print it; `-` reads standard input.",
  },
  interface: { type: "string", value: "NAME", about: "The interface of the node that receives the packet." },
  ...Object.fromEntries(
    OF_A_CLIENT.map(([name, , value, about]) => [name, { type: "string", value, about } as const]),
  ),
};

export const explain: Command = {
  name: "explain",
  positionals: ["[mac|ip|host]"],
  about:
    "Show how a client or a packet would be answered, and where each setting comes from. Has no side effects.",
  options,
  async run(context) {
    const { api, environment } = context;
    const body = JSON.stringify(await questionOf(context));
    const reply = await api.post("/api/v1/explain", body, { "content-type": "application/json" });
    if (reply.status === 422) throw await misunderstood(reply.body);
    if (reply.status !== 200) throw refusal(reply);
    return { json: reply.body, lines: explanationLines(reply.body as Explanation, environment.now()) };
  },
};

async function questionOf(context: Context): Promise<Record<string, unknown>> {
  const { args, options, environment } = context;
  const file = options.text("pcap-hex");
  const given = [args[0], options.text("packet"), file].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw usageFailure(
      "`explain` needs a client, or --packet, or --pcap-hex: one of them.",
      "For example: leasehold explain a4:bf:01:38:ee:65",
    );
  }
  const way = options.text("interface") === undefined ? {} : { interface: options.text("interface") };
  if (args[0] !== undefined) {
    const who = anyIdentifier(args[0]);
    const named = parseMac(who) === undefined ? { client: who } : { mac: who };
    return { ...named, ...way, ...clientOf(context) };
  }
  const captured = capturedIn(options.text("packet") ?? (await environment.readText(file!)));
  if (captured === undefined) {
    throw new Failure(
      "There is no DHCP message in that.",
      "Print the packets with `tcpdump -xx -n -r FILE port 67` or `tshark -x -r FILE`.",
      { exitCode: file === undefined ? ExitCode.usage : ExitCode.failed },
    );
  }
  const { packet, isBroadcast } = captured;
  return { packet, ...(isBroadcast === undefined ? {} : { broadcast: isBroadcast }), ...way };
}

function clientOf({ options }: Context): Record<string, unknown> {
  return Object.fromEntries(
    OF_A_CLIENT.flatMap(([option, name]) => {
      const written = options.text(option);
      return written === undefined ? [] : [[name, READ[option]?.(written) ?? written]];
    }),
  );
}

async function misunderstood(body: unknown): Promise<Failure> {
  const { formatProblem } = await import("@leasehold/document");
  const { error, problems = [] } = body as {
    error: string;
    problems?: Parameters<typeof formatProblem>[0][];
  };
  return new Failure(error, "`leasehold help explain` shows what it takes.", {
    exitCode: ExitCode.usage,
    details: problems.map(formatProblem),
    extra: { problems },
  });
}
