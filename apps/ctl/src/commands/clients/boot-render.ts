// `leasehold boot render <host>`: the script that a machine would get, made here of what a node knows, or of a document in a file.
import type { BootMachine, BootNode, BootScript } from "@leasehold/boot";
import type { NetworkDocument } from "@leasehold/network";
import { parseIpv4 } from "@leasehold/protocol";
import type { HostRow } from "../../answers/host-row.ts";
import { leaseRows } from "../../answers/lease-row.ts";
import type { Membership } from "../../answers/member.ts";
import { hostOfRow, machineOf } from "../../boot/booting-host.ts";
import { anyIdentifier, oneOf } from "../../client/identifiers.ts";
import type { Answer, Command, Context } from "../../command.ts";
import { readDocumentFile } from "../../document/document-file.ts";
import { Failure, usageFailure } from "../../failure.ts";

const FORMATS = ["ipxe", "grub", "pxelinux", "u-boot"] as const;
/** What is before the text of U-Boot's image. */
const IMAGE_HEADER = 72;

export const render: Command = {
  name: "boot render",
  positionals: ["<mac|ip|host>"],
  about: "Show the boot script of a machine, and why it is this one.",
  options: {
    as: { type: "string", value: "LOADER", about: `For this loader: ${FORMATS.join(", ")}. Default ipxe.` },
    arch: {
      type: "string",
      value: "NAME",
      about:
        "The processor that the loader states: x86_64, i386 (any BIOS), arm64, or a number of option 93.",
    },
    from: { type: "string", value: "FILE", about: "By this network document, not by the one in use." },
  },
  async run(context) {
    const { options, environment } = context;
    const format = oneOf("loader", options.text("as") ?? "ipxe", FORMATS) as (typeof FORMATS)[number];
    const arch = archOf(options.text("arch"));
    const machine = { ...(await machineNamed(context)), ...arch };
    const network = await networkOf(context);
    const { bootScript } = await import("@leasehold/boot");
    const script = bootScript({ network, machine, node: await nodeOf(context), format });
    if (!options.flag("json")) for (const line of about(script)) environment.printError(line);
    return answerOf(script);
  },
};

/** Beside the script, which is printed as it is. */
function about({ profile, reason, proxy }: BootScript): readonly string[] {
  return [
    `profile ${profile}`,
    ...(proxy === undefined ? [] : [`the script of ${proxy.url}; while it has none, this one:`]),
    ...(reason === undefined ? [] : [`it is not run as the document has it: ${reason}`]),
  ];
}

function answerOf({ profile, reason, proxy, content }: BootScript): Answer {
  const text = typeof content === "string" ? content : Buffer.from(content).subarray(IMAGE_HEADER).toString();
  const json = { profile, reason: reason ?? null, proxy: proxy ?? null, script: text };
  return { json, lines: text.replace(/\n$/, "").split("\n") };
}

function archOf(written: string | undefined): Pick<BootMachine, "arch"> {
  if (written !== undefined && !/^[\w-]{1,20}$/.test(written))
    throw usageFailure(
      `\`${written}\` is not a valid architecture.`,
      "Write x86_64, i386, arm64, or a number of option 93.",
    );
  return written === undefined ? {} : { arch: written };
}

async function machineNamed({ args, api }: Context): Promise<BootMachine> {
  const who = anyIdentifier(args[0]!);
  const found = await api.get(`/api/v1/hosts/${encodeURIComponent(who)}`, [404, 422]);
  const host = found.status === 200 ? hostOfRow(found.body as HostRow) : undefined;
  const leases = leaseRows((await api.get(`/api/v1/leases?of=${encodeURIComponent(who)}`, [404, 422])).body);
  const machine = machineOf(who, host, leases);
  if (machine.mac !== undefined || machine.host !== undefined) return machine;
  throw new Failure(
    `${who} names no host and no lease.`,
    "`leasehold hosts` and `leasehold leases` list what there is. Use the hardware address for a machine that was never here.",
  );
}

async function networkOf(context: Context) {
  const { compileNetwork } = await import("@leasehold/network");
  const file = context.options.text("from");
  if (file !== undefined) return compileNetwork((await readDocumentFile(file, context)).document, 0);
  const { body, status } = await context.api.get("/api/v1/network", [404]);
  const { document, revision } = (body ?? {}) as { document?: NetworkDocument; revision?: number };
  if (status === 200 && document) return compileNetwork(document, revision ?? 0);
  throw new Failure("The node has no network document.", "Apply one, or name one with --from.");
}

/** The node that answers this command: its URL comes first in the script. */
async function nodeOf({ api }: Context): Promise<BootNode> {
  const { node, nodes } = (await api.get("/api/v1/cluster")).body as Membership;
  const [address] = nodes.find(({ name }) => name === node)?.addresses ?? [];
  return { name: node, address: address === undefined ? undefined : parseIpv4(address) };
}
