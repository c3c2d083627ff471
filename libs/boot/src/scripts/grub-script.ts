// grub.cfg. GRUB 2.06 reads by HTTP from port 80 alone, and none reads by HTTPS: so each file of a node is tried by HTTP, then by TFTP.
import type { NextStep } from "@leasehold/network";
import type { ChainPlan, KernelPlan, Plan } from "../profiles/plan.ts";
import { servedAt } from "../profiles/served-at.ts";
import type { Source } from "../profiles/sources.ts";
import type { Rendered, ScriptCase } from "./script-case.ts";

const TRIES = "1 2 3 4 5";

export function grubScript(
  one: ScriptCase,
  plan: Plan,
  { sources }: { sources: readonly Source[] },
): Rendered {
  const lines = linesOf(plan, sources);
  if (typeof lines === "string") return { missing: lines };
  return { content: [...one.heading.map(echo), ...lines, ""].join("\n") };
}

function linesOf(plan: Plan, sources: readonly Source[]): readonly string[] | string {
  switch (plan.kind) {
    case "kernel":
      return kernelLines(plan, sources);
    case "chain":
      return chainLines(plan, sources);
    case "step":
      return stepLines(plan.step);
  }
}

function kernelLines(
  { kernels, initrds, afterFailure }: KernelPlan,
  sources: readonly Source[],
): readonly string[] | string {
  const linux = kernels.flatMap(({ url, commandLine }) =>
    filesOf(url, sources).map((file) => `linux ${file} ${wordsOf(commandLine)}`.trim()),
  );
  // One command has all files, so that a node has all of them or is not the one.
  const count = Math.max(0, ...initrds.map((urls) => urls.length));
  const sets = Array.from({ length: count }, (_, i) =>
    initrds.map((urls) => filesOf(urls[i] ?? urls[0]!, sources)),
  );
  const initrd = sets.flatMap((files) =>
    [0, 1].flatMap((way) => `initrd ${files.map((one) => one[way] ?? one[0]).join(" ")}`),
  );
  if (linux.length === 0 || sets.some((files) => files.some((one) => one.length === 0)))
    return "GRUB reads nothing by HTTPS";
  const boot = initrd.length === 0 ? ["boot"] : firstOf([...new Set(initrd)], "boot");
  return tried(
    [...firstOf(linux, "leasehold=loaded"), 'if [ "$leasehold" = loaded ]; then', ...boot, "fi"],
    afterFailure,
  );
}

function chainLines(
  { urls, afterFailure }: ChainPlan,
  sources: readonly Source[],
): readonly string[] | string {
  const files = urls.flatMap((url) => filesOf(url, sources));
  if (files.length === 0) return "GRUB reads nothing by HTTPS";
  const isProgram = urls.every((url) => /\.efi$/i.test(url));
  const commands = files.map((file) => (isProgram ? `chainloader ${file}` : `configfile ${file}`));
  return tried(firstOf(commands, isProgram ? "boot" : "true"), afterFailure);
}

/** As GRUB names them: "(http,10.77.0.11:8069)/images/vmlinuz". */
function filesOf(url: string, sources: readonly Source[]): readonly string[] {
  const { scheme, host, server, path, tftpName } = servedAt(url, sources);
  return [
    ...(scheme === "http" ? [quoted(`(http,${host})${path}`)] : []),
    ...(tftpName === undefined ? [] : [quoted(`(tftp,${server})/${tftpName}`)]),
  ];
}

function firstOf(commands: readonly string[], then: string): readonly string[] {
  return [...commands.map((command, i) => `${i === 0 ? "if" : "elif"} ${command}; then ${then}`), "fi"];
}

function tried(lines: readonly string[], afterFailure: NextStep): readonly string[] {
  return [
    "leasehold=",
    `for try in ${TRIES}; do`,
    ...lines,
    'echo "Leasehold: try $try of 5 failed"',
    "sleep 5",
    "done",
    echo(`no node gave it. After 30 seconds: ${afterFailure}`),
    "sleep 30",
    ...stepLines(afterFailure),
  ];
}

function stepLines(step: NextStep): readonly string[] {
  switch (step) {
    case "local-disk":
      // UEFI boots its own entry for the disk when a network boot ends.
      return ['if [ "$grub_platform" = pc ]; then', "set root=(hd0)", "chainloader +1", "boot", "fi", "exit"];
    case "next-device":
      return ["exit"];
    case "reboot":
      return ["sleep 10", "reboot"];
    case "poweroff":
      return ["sleep 10", "halt"];
    case "explain":
      return [echo("rebooting in 60 seconds"), "sleep 60", "reboot"];
  }
}

/** Nothing in single quotes means anything to GRUB, and no text of ours has one. */
function quoted(text: string): string {
  return `'${text}'`;
}

function wordsOf(commandLine: string): string {
  return commandLine
    .split(" ")
    .filter((word) => word !== "")
    .map(quoted)
    .join(" ");
}

function echo(text: string): string {
  return `echo 'Leasehold: ${text}'`;
}
