// Scripts for iPXE, back to 1.0.0 of 2019: no `params`, and every loop has an end. A command that fails gives way to what is behind `||` on
// its line; a script that fails as a whole gives the machine to the next boot device.
import type { NextStep } from "@leasehold/network";
import type { ChainPlan, KernelPlan, Plan } from "../profiles/plan.ts";
import type { ScriptCase } from "./script-case.ts";

const TRIES = 5;
const PAUSE_SECONDS = 5;
/** Long enough to be read from a console. */
const SHOWN_SECONDS = 30;
const QUESTIONS = 20;

export function ipxeScript(one: ScriptCase, plan: Plan): string {
  return ["#!ipxe", ...one.heading.map(echo), ...linesOf(one, plan), ""].join("\n");
}

function linesOf(one: ScriptCase, plan: Plan): readonly string[] {
  switch (plan.kind) {
    case "kernel":
      return tried(one, plan, loadingOf(plan));
    case "chain":
      return tried(one, plan, [`${alternatives("chain --replace --autofree", plan.urls)} || goto failed`]);
    case "step":
      return stepLines(one, plan.step);
  }
}

function loadingOf({ kernels, initrds }: KernelPlan): readonly string[] {
  // By UEFI the kernel finds its RAM disks by these names.
  const names = initrds.map((_, i) => `initrd${i}`);
  const own = names.map((name) => `initrd=${name}`).join(" ");
  const kernel = kernels.map(({ url, commandLine }) =>
    `${url} ${own} ${commandLine}`.replaceAll(/ +/g, " ").trim(),
  );
  return [
    "imgfree",
    `${alternatives("kernel --name kernel", kernel)} || goto failed`,
    ...initrds.map((urls, i) => `${alternatives(`initrd --name ${names[i]}`, urls)} || goto failed`),
    "boot || goto failed",
  ];
}

function alternatives(command: string, all: readonly string[]): string {
  return all.map((one) => `${command} ${one}`).join(" || ");
}

/** Some tries with a pause after each, and what is done when none of them has loaded it. */
function tried(
  one: ScriptCase,
  { afterFailure }: KernelPlan | ChainPlan,
  lines: readonly string[],
): readonly string[] {
  return [
    "set try:int32 0",
    ":again",
    "inc try",
    ...lines,
    ":failed",
    echo(`try \${try} of ${TRIES} failed, error \${errno}`),
    `iseq \${try} ${TRIES} && goto over ||`,
    `sleep ${PAUSE_SECONDS}`,
    "goto again",
    ":over",
    echo(`no node gave it. After ${SHOWN_SECONDS} seconds: ${afterFailure}`),
    `sleep ${SHOWN_SECONDS}`,
    ...stepLines(one, afterFailure),
  ];
}

function stepLines({ addresses }: ScriptCase, step: NextStep): readonly string[] {
  switch (step) {
    case "local-disk":
      // UEFI boots its own entry for the disk when a network boot fails; a BIOS is given the first disk.
      return [`iseq \${platform} efi && exit 1 ||`, "sanboot --no-describe --drive 0x80 || exit 1"];
    case "next-device":
      return ["exit 1"];
    case "reboot":
      return ["sleep 10", "reboot"];
    case "poweroff":
      // A build without the command fails, and the firmware goes on.
      return ["sleep 10", "poweroff || exit 1"];
    case "explain":
      return asking(addresses);
  }
}

/** What is set stays set from one script to the next, so that the end comes though each answer is a new script. */
function asking(addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0) return [`sleep ${SHOWN_SECONDS}`, "reboot"];
  return [
    `isset \${questions} || set questions:int32 0`,
    "inc questions",
    echo(`asking again in ${SHOWN_SECONDS} seconds, \${questions} of ${QUESTIONS} times, then rebooting`),
    `sleep ${SHOWN_SECONDS}`,
    `iseq \${questions} ${QUESTIONS} && reboot ||`,
    `${alternatives("chain --replace --autofree", addresses)} || reboot`,
  ];
}

function echo(text: string): string {
  return `echo Leasehold: ${text}`;
}
