// boot.scr.uimg: commands for U-Boot, which it asks for by this name before anything that DHCP tells it. It reads by TFTP, from addresses.
import type { NextStep } from "@leasehold/network";
import type { KernelPlan, Plan } from "../profiles/plan.ts";
import { servedAt } from "../profiles/served-at.ts";
import type { Source } from "../profiles/sources.ts";
import type { Rendered, ScriptCase } from "./script-case.ts";
import { scriptImage } from "./script-image.ts";

export function uBootScript(
  one: ScriptCase,
  plan: Plan,
  { sources }: { sources: readonly Source[] },
): Rendered {
  const lines = linesOf(one, plan, sources);
  if (typeof lines === "string") return { missing: lines };
  return { content: scriptImage([...one.heading.map(echo), ...lines, ""].join("\n")) };
}

function linesOf(one: ScriptCase, plan: Plan, sources: readonly Source[]): readonly string[] | string {
  switch (plan.kind) {
    case "kernel":
      return kernelLines(one, plan, sources);
    case "chain":
      return "U-Boot has no way to chain a script";
    case "step":
      return stepLines(plan.step);
  }
}

function kernelLines(
  { processor }: ScriptCase,
  plan: KernelPlan,
  sources: readonly Source[],
): readonly string[] | string {
  const { kernels, initrds, afterFailure } = plan;
  if (initrds.length > 1) return "U-Boot takes one RAM disk";
  const kernelNames = kernels.map(({ url }) => nameOf(url, sources));
  const diskNames = (initrds[0] ?? []).map((url) => nameOf(url, sources));
  if ([...kernelNames, ...diskNames].includes(undefined))
    return "U-Boot reads by TFTP alone, from addresses, and a file is not a node's";
  const command = processor === "arm32" ? "bootz" : "booti";
  const loading = kernels.map(
    ({ commandLine }, i) =>
      [
        `tftpboot \${kernel_addr_r} ${kernelNames[i]}`,
        `setenv bootargs '${commandLine}'; setenv leasehold loaded`,
      ] as const,
  );
  const booting = diskNames.map(
    (name) =>
      [
        `tftpboot \${ramdisk_addr_r} ${name}`,
        `${command} \${kernel_addr_r} \${ramdisk_addr_r}:\${filesize} \${fdtcontroladdr}`,
      ] as const,
  );
  return [
    "for try in 1 2 3 4 5; do",
    "setenv leasehold",
    ...firstOf(loading),
    `if test "\${leasehold}" = loaded; then`,
    ...(booting.length === 0 ? [`${command} \${kernel_addr_r} - \${fdtcontroladdr}`] : firstOf(booting)),
    "fi",
    `echo Leasehold: try \${try} of 5 failed`,
    "sleep 5",
    "done",
    echo(`no node gave it. Then: ${afterFailure}`),
    ...stepLines(afterFailure),
  ];
}

function firstOf(commands: readonly (readonly [command: string, then: string])[]): readonly string[] {
  return [
    ...commands.map(([command, then], i) => `${i === 0 ? "if" : "elif"} ${command}; then ${then}`),
    "fi",
  ];
}

/** "10.77.0.11:images/vmlinuz"; undefined where it has no address or is nobody's by TFTP. */
function nameOf(url: string, sources: readonly Source[]): string | undefined {
  const { server, tftpName } = servedAt(url, sources);
  return tftpName === undefined || !/^[\d.]+$/.test(server) ? undefined : `${server}:${tftpName}`;
}

function stepLines(step: NextStep): readonly string[] {
  switch (step) {
    case "local-disk":
      return [`for target in mmc0 mmc1 nvme0 scsi0 virtio0 usb0; do run bootcmd_\${target}; done`];
    case "next-device":
      return ["exit 1"];
    case "reboot":
      return ["sleep 10", "reset"];
    case "poweroff":
      return ["sleep 10", "poweroff"];
    case "explain":
      return ["sleep 60", "reset"];
  }
}

function echo(text: string): string {
  return `echo 'Leasehold: ${text}'`;
}
