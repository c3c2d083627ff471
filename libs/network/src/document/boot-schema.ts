// `boot:` as it may stand at every level: what clients are told that boot over the network. libs/boot makes an answer of it.

import { section } from "@leasehold/document";
import * as z from "zod";
import { bootFile, bootServer, bootUrl, fieldText, name, scriptTemplate } from "./fields.ts";

/** The processor and the way in which its firmware starts a program, as `loaders` names them. */
export const BOOT_ARCHITECTURES = [
  "bios",
  "uefi-x86",
  "uefi-x64",
  "uefi-arm",
  "uefi-arm64",
  "uefi-riscv32",
  "uefi-riscv64",
  "uefi-loongarch32",
  "uefi-loongarch64",
  "u-boot-arm",
  "u-boot-arm64",
  "raspberry-pi",
] as const;

export type BootArchitecture = (typeof BOOT_ARCHITECTURES)[number];

/** What `script` may name in braces. */
export const SCRIPT_VALUES = [
  "mac",
  "hostname",
  "xname",
  "nid",
  "uuid",
  "arch",
  "address",
  "subnet",
] as const;

export type ScriptValue = (typeof SCRIPT_VALUES)[number];

/** Where bootd has the script of a machine. */
export const DEFAULT_SCRIPT = "/boot/ipxe?mac={mac}&arch={arch}";

const loaders = section(
  Object.fromEntries(
    BOOT_ARCHITECTURES.map((name) => [name, bootFile.optional().describe(`The loader for ${name}.`)]),
  ) as Record<BootArchitecture, z.ZodOptional<typeof bootFile>>,
);

export const boot = section({
  enabled: z
    .boolean()
    .optional()
    .describe("Whether clients that boot get a boot answer here. Default true, where `boot` says anything."),
  urls: z
    .array(bootUrl)
    .min(1, { error: "at least one URL" })
    .optional()
    .describe(
      "Where scripts and loaders are by HTTP: a URL for each node. A client gets the URL of the node that answers it; if no URL has the address of this node, its hardware address selects one.",
    ),
  nextServer: bootServer
    .optional()
    .describe(
      "The TFTP server of clients (siaddr): the `node` that answers, the `cluster` by its server identifier, or an address. Default `node`.",
    ),
  profile: name
    .optional()
    .describe(
      "What known machines run: a profile of `boot.profiles` by its id, or local-disk, next-device, reboot, poweroff, explain. Default `explain`.",
    ),
  unknown: name
    .optional()
    .describe("What machines run that neither the inventory nor a reservation knows. Default `explain`."),
  script: scriptTemplate
    .optional()
    .describe(
      `What iPXE is to run: a path, which is put behind one of \`urls\`, a URL, or the name of a file on the TFTP server. It may name {${SCRIPT_VALUES.join("}, {")}}. Default, where \`profile\` or \`unknown\` is set: ${DEFAULT_SCRIPT}`,
    ),
  loaders: loaders
    .optional()
    .describe(
      "What firmware is to load, by its architecture: the name of a file on the TFTP server, and behind one of `urls` for HTTP boot. Each is inherited by itself.",
    ),
  pxelinux: section({
    configFile: fieldText(255).optional().describe("The configuration file (option 209)."),
    pathPrefix: fieldText(255).optional().describe("What is put before all its file names (option 210)."),
  })
    .optional()
    .describe("Settings for pxelinux, if that is the loader (RFC 5071)."),
}).meta({
  id: "boot",
  description: "How clients boot over the network; each field is inherited by itself.",
});

export type BootDocument = z.infer<typeof boot>;
