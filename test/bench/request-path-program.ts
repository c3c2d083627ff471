// Prints what request-path.ts measures; with --json as data.
import { requestPath } from "./request-path.ts";

const ways = { whole: await requestPath("whole"), service: await requestPath("service") };
if (process.argv.includes("--json")) {
  const shown = Object.entries(ways).map(([name, { files, circles }]) => [
    name,
    { files: files.map(({ path }) => path), circles },
  ]);
  console.log(JSON.stringify(Object.fromEntries(shown)));
} else print();
if (!ways.whole.acknowledged || !ways.service.acknowledged) {
  console.error("request-path: the REQUEST was not answered");
  process.exitCode = 1;
}

function print(): void {
  const { whole, service } = ways;
  const inService = new Set(service.files.map(({ path }) => path));
  for (const { path, functions, calls } of whole.files) {
    const where = inService.has(path) ? "" : "  (whole)";
    console.log(
      `${String(functions).padStart(4)} functions ${String(calls).padStart(5)} calls  ${path}${where}`,
    );
  }
  console.log(`whole, from the datagram until the bucket has shown the lease: ${sumOf(whole)}`);
  console.log(`service, from where the intake has chosen the packet until the ACK: ${sumOf(service)}`);
  for (const { to, circle } of whole.circles) console.log(`back again on the way to ${to}: ${circle}`);
}

function sumOf({ files }: typeof ways.whole): string {
  const sum = (of: "functions" | "calls") => files.reduce((all, file) => all + file[of], 0);
  const app = files.filter(({ path }) => path.startsWith("apps/")).length;
  return `${sum("functions")} functions, ${sum("calls")} calls, ${files.length} files (${app} of apps/dhcpd, ${files.length - app} of libs)`;
}
