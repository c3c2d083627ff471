// Prints what request-path.ts measures; with --json as data.
import { requestPath } from "./request-path.ts";

const { acknowledged, files, circles } = await requestPath();
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ files: files.map(({ path }) => path), circles }));
} else print();
if (!acknowledged) {
  console.error("request-path: the REQUEST was not answered");
  process.exitCode = 1;
}

function print(): void {
  for (const { path, functions, calls } of files)
    console.log(`${String(functions).padStart(4)} functions ${String(calls).padStart(5)} calls  ${path}`);
  const sum = (of: "functions" | "calls") => files.reduce((all, file) => all + file[of], 0);
  const app = files.filter(({ path }) => path.startsWith("apps/")).length;
  console.log(
    `one ACK: ${sum("functions")} functions, ${sum("calls")} calls, ${files.length} files (${app} of apps/dhcpd, ${files.length - app} of libs)`,
  );
  for (const { to, circle } of circles) console.log(`back again on the way to ${to}: ${circle}`);
}
