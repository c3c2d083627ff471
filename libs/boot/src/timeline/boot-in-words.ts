// An event of a boot as a line for people.
import type { BootEvent } from "./boot-event.ts";

/** "n1: OFFER as PXE (x86_64): undionly.kpxe of 10.0.0.1". */
export function bootEventInWords(event: BootEvent): string {
  const { node, via, file = "", server, outcome, detail, profile, bytes, ms, stage } = event;
  if (via === "dhcp") {
    const as = `${stage.toUpperCase()} as ${event.strategy ?? "a boot client"} (${event.arch ?? "unknown"})`;
    if (outcome === "missing") return `${node}: ${as}: nothing to load: ${detail ?? ""}`;
    return `${node}: ${as}: ${file === "" ? "no file" : file}${server === undefined || file.includes("://") ? "" : ` of ${server}`}`;
  }
  const size = bytes === undefined ? "" : `, ${bytes} octets`;
  const time = ms === undefined ? "" : ` in ${Math.round(ms)} ms`;
  const what = stage === "file" ? "" : stage === "loop" ? " (script that ends a loop)" : " (script";
  const script =
    stage === "script" ? `${what}${profile === undefined ? "" : ` of profile ${profile}`})` : what;
  return `${node}: ${file}${script} by ${via}: ${outcome}${size}${time}${detail === undefined ? "" : `; ${detail}`}`;
}
