// `boot.profiles`: what a machine runs after its loader. libs/boot makes scripts of it.
import { section } from "@leasehold/document";
import * as z from "zod";
import { BOOT_ARCHITECTURES, type BootArchitecture } from "../document/boot-schema.ts";
import { bootFile, name, text, wholeNumber } from "../document/fields.ts";
import { TEMPLATE_VALUES } from "./template.ts";

/** What a machine does that is given nothing to load, or has failed to. */
export const NEXT_STEPS = ["local-disk", "next-device", "reboot", "poweroff", "explain"] as const;

export type NextStep = (typeof NEXT_STEPS)[number];

/** The languages of boot loaders. */
export const SCRIPT_FORMATS = ["ipxe", "grub", "pxelinux", "u-boot"] as const;

export type ScriptFormat = (typeof SCRIPT_FORMATS)[number];

export const PROFILES_MAX = 256;
const TEMPLATE_MAX = 16_384;

/** Behind a scheme, or behind one of `urls`. What would be more than one word to a loader is refused, whichever loader it is. */
const location = text(
  "a path like /images/vmlinuz or a URL, of at most 1024 characters without spaces, quotes and any of ; | < > \\ ^ ` #",
  (value) =>
    /^(\/|https?:\/\/[^/]|tftp:\/\/[^/])[!-~]{0,1023}$/.test(value) && !/["';|<>\\^`#]|\$\{/.test(value),
);

const proxyUrl = location
  .refine((value) => /^https?:/.test(value), {
    error: "a URL like http://10.77.0.5:27778/boot/v1/bootscript?mac={mac}",
  })
  .meta({ title: "a URL" });

const argument = text(
  'kernel arguments of at most 1024 characters, without quotes, \\, $ and line breaks, and no word that is "||", "&&" or ";" or begins with #',
  (value) => /^[ -~]{1,1024}$/.test(value) && !/["'`\\$]|(^| )(\|\||&&|;|#[^ ]*)( |$)/.test(value),
);

const ownText = text(
  `text of at most ${TEMPLATE_MAX} characters`,
  (value) => value.length >= 1 && value.length <= TEMPLATE_MAX,
);

const nextStep = z.enum(NEXT_STEPS);
const AS_TEMPLATE = `It may name {${TEMPLATE_VALUES.join("}, {")}}, {label.NAME}; {name?} is empty where it is not known.`;

const proxy = section({
  url: proxyUrl.describe(`The URL of the other server's script for a machine. ${AS_TEMPLATE}`),
  timeoutMs: wholeNumber(100, 30_000, "milliseconds")
    .optional()
    .describe("For how long its answer is waited for. Default 3000."),
  keepSeconds: wholeNumber(0, 604_800, "whole seconds")
    .optional()
    .describe("For how long its last good answer is used while it has none. Default 86400."),
}).meta({ id: "bootProxy", description: "A script that another server renders: BSS, boot-service, Ironic." });

export const bootProfile = section({
  id: name.describe("By this name `profile` and `unknown` choose it."),
  loaders: section(
    Object.fromEntries(
      BOOT_ARCHITECTURES.map((one) => [one, bootFile.optional().describe(`The loader for ${one}.`)]),
    ) as Record<BootArchitecture, z.ZodOptional<typeof bootFile>>,
  )
    .optional()
    .describe(
      "Loaders that count instead of those of `boot.loaders` for its machines: a site's own GRUB, shim or iPXE.",
    ),
  kernel: location
    .optional()
    .describe(`The kernel: a path, which is tried behind each of \`urls\`, or a URL. ${AS_TEMPLATE}`),
  initrds: z
    .array(location)
    .max(16, { error: "at most 16 files" })
    .optional()
    .describe("Initial RAM disks, in the order in which the kernel is to see them; as `kernel`."),
  arguments: z
    .array(argument)
    .max(64, { error: "at most 64 texts" })
    .optional()
    .describe(`The kernel command line, in parts. ${AS_TEMPLATE}`),
  chain: location.optional().describe("Another script or loader, run in place of a kernel; as `kernel`."),
  next: nextStep
    .optional()
    .describe(
      "Nothing is loaded. `local-disk`: the first disk; `next-device`: what the firmware has next; `reboot`, `poweroff`; `explain`: the reason on the console, and again after a while.",
    ),
  proxy: proxy.optional().describe("The script is another server's."),
  templates: section({
    ipxe: ownText.optional().describe("For iPXE; its first line is #!ipxe."),
    grub: ownText.optional().describe("For GRUB (grub.cfg)."),
    pxelinux: ownText.optional().describe("For pxelinux, and U-Boot's command pxe."),
    "u-boot": ownText.optional().describe("For U-Boot: the commands of boot.scr.uimg."),
  })
    .optional()
    .describe(
      `Scripts of your own, used instead of the ones that are made of the other keys. ${AS_TEMPLATE} In iPXE, a command with {url} is tried with each of \`urls\`.`,
    ),
  afterFailure: nextStep
    .optional()
    .describe("What a machine does that could load it from no node. Default `reboot`."),
}).meta({
  id: "bootProfile",
  description: "What a machine runs: one of kernel, chain, next, proxy, or templates.",
});

const mount = section({
  path: text(
    "a path like /debian, of letters, digits and . _ + -",
    (value) => /^(\/[\w+-][\w.+-]*){1,8}\/?$/.test(value) && value.length <= 255,
  ).describe("What begins so is another server's, unless a boot server has a file of that name."),
  url: text(
    "a URL like http://mirror.example/debian, without a query",
    (value) => /^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/.test(value) && value.length <= 1024,
  ).describe("Behind this is the rest of the name."),
}).meta({
  id: "bootMount",
  description:
    "Files of another web server below a path: read in parts when they are asked for, and kept for a while.",
});

export const bootSection = section({
  profiles: z
    .array(bootProfile)
    .max(PROFILES_MAX, { error: `at most ${PROFILES_MAX} profiles` })
    .optional()
    .describe("What machines run; `boot.profile` at any level chooses one."),
  mounts: z
    .array(mount)
    .max(64, { error: "at most 64 mounts" })
    .optional()
    .describe("Files of other web servers that boot servers serve as their own."),
}).meta({
  id: "bootSection",
  description:
    "Boot profiles. How clients boot is said by `boot` in defaults, subnets, pools, classes and reservations.",
});

export type BootProfileDocument = z.infer<typeof bootProfile>;
