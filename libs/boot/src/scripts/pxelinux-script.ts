// pxelinux.cfg, for pxelinux 6 and for U-Boot's `pxe boot`. Both read by TFTP. pxelinux has one label to go to after an error; U-Boot tries
// all labels, of the one server that it knows.
import type { NextStep } from "@leasehold/network";
import type { ChainPlan, KernelPlan, Plan } from "../profiles/plan.ts";
import { servedAt } from "../profiles/served-at.ts";
import type { Source } from "../profiles/sources.ts";
import type { Rendered, ScriptCase } from "./script-case.ts";

/** In tenths of a second. */
const SHOWN = 300;

export function pxelinuxScript(
  one: ScriptCase,
  plan: Plan,
  { sources }: { sources: readonly Source[] },
): Rendered {
  const lines = linesOf(one, plan, sources);
  if (typeof lines === "string") return { missing: lines };
  return { content: [...one.heading.map((line) => `SAY Leasehold: ${line}`), ...lines, ""].join("\n") };
}

function linesOf(one: ScriptCase, plan: Plan, sources: readonly Source[]): readonly string[] | string {
  switch (plan.kind) {
    case "kernel":
      return kernelLines(one, plan, sources);
    case "chain":
      return chainLines(one, plan, sources);
    case "step":
      return stepLines(plan.step);
  }
}

function kernelLines(
  one: ScriptCase,
  { kernels, initrds }: KernelPlan,
  sources: readonly Source[],
): readonly string[] | string {
  const labels = kernels.map(({ url, commandLine }, i) => {
    const files = [url, ...initrds.map((urls) => urls[i] ?? urls[0]!)].map((file) =>
      nameOf(one, file, sources),
    );
    const [kernel, ...disks] = files;
    if (files.includes(undefined)) return undefined;
    return [
      `LABEL node${i}`,
      `  KERNEL ${kernel}`,
      ...(disks.length === 0 ? [] : [`  INITRD ${disks.join(",")}`]),
      ...(commandLine === "" ? [] : [`  APPEND ${commandLine}`]),
    ];
  });
  return labels.includes(undefined)
    ? "pxelinux reads by TFTP alone, and a file is not a node's"
    : labelled(labels as string[][]);
}

function chainLines(
  one: ScriptCase,
  { urls }: ChainPlan,
  sources: readonly Source[],
): readonly string[] | string {
  const names = urls.map((url) => nameOf(one, url, sources));
  if (names.includes(undefined)) return "pxelinux reads by TFTP alone, and the file is not a node's";
  return labelled(names.map((name, i) => [`LABEL node${i}`, `  KERNEL ${name}`]));
}

function labelled(labels: readonly (readonly string[])[]): readonly string[] {
  return ["DEFAULT node0", "PROMPT 0", ...(labels.length > 1 ? ["ONERROR node1"] : []), ...labels.flat()];
}

/** "10.77.0.11::images/vmlinuz": whatever prefix there is for other files. U-Boot has no such way to name a server. */
function nameOf({ isUBoot }: ScriptCase, url: string, sources: readonly Source[]): string | undefined {
  const { server, tftpName } = servedAt(url, sources);
  if (tftpName === undefined) return undefined;
  return isUBoot ? `/${tftpName}` : `${server}::${tftpName}`;
}

function stepLines(step: NextStep): readonly string[] {
  switch (step) {
    case "local-disk":
      return named("LOCALBOOT 0");
    case "next-device":
      return named("LOCALBOOT -1");
    case "reboot":
      return named("COM32 reboot.c32");
    case "poweroff":
      return named("COM32 poweroff.c32");
    case "explain":
      return ["PROMPT 1", `TIMEOUT ${SHOWN}`, "DEFAULT step", "LABEL step", "  LOCALBOOT -1"];
  }
}

function named(command: string): readonly string[] {
  return ["DEFAULT step", "PROMPT 0", "LABEL step", `  ${command}`];
}
