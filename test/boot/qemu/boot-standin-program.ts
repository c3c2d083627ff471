// Runs on a node of the lab in place of the process that will serve boot files: a folder by TFTP and HTTP, and at /boot/ipxe the script
// of each host, out of a file. Says on stdout, a line of JSON each, what it has served.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { networkInterfaces } from "node:os";
import { join, normalize } from "node:path";
import { FileTree, TftpServer, type TransferReport } from "@leasehold/tftp/server";

const [node, root, scripts] = process.argv.slice(2) as [string, string, string];
const say = (by: string, file: string, outcome: string | number) =>
  process.stdout.write(`${JSON.stringify({ node, by, file, outcome })}\n`);

const files = await FileTree.at(root);
const served = new Set<string>();
setInterval(serveNewAddresses, 200);
serveNewAddresses();

/** The cluster's address comes to this node while it runs. */
function serveNewAddresses(): void {
  for (const own of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    if (own.family !== "IPv4" || served.has(own.address)) continue;
    served.add(own.address);
    const report = ({ file, outcome }: TransferReport) => say("tftp", file, outcome);
    void TftpServer.open({ addresses: [own.address], port: 69, files, report });
  }
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, "http://node");
  const isHead = request.method === "HEAD";
  const status =
    pathname === "/boot/ipxe"
      ? sendScript(response, searchParams.get("mac") ?? "", isHead)
      : sendFile(response, pathname, isHead);
  if (pathname !== "/readyz") say(isHead ? "head" : "http", request.url!, status);
}).listen(8069);

/** The name that a script has for its node is filled in. */
function sendScript(response: ServerResponse, mac: string, isHead: boolean): number {
  const script = (JSON.parse(readFileSync(scripts, "utf8")) as Record<string, string>)[mac.toLowerCase()];
  if (script === undefined) return end(response, 404);
  const octets = Buffer.from(script.replaceAll("{node}", node));
  response.writeHead(200, { "content-type": "text/plain", "content-length": octets.length });
  response.end(isHead ? undefined : octets);
  return 200;
}

function sendFile(response: ServerResponse, path: string, isHead: boolean): number {
  const file = join(root, normalize(path));
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return end(response, 404);
  const { size } = found;
  const type = file.endsWith(".efi") ? "application/efi" : "application/octet-stream";
  response.writeHead(200, { "content-type": type, "content-length": size });
  if (isHead) response.end();
  else createReadStream(file).pipe(response);
  return 200;
}

function end(response: ServerResponse, status: number): number {
  response.writeHead(status, { "content-length": 0 }).end();
  return status;
}
