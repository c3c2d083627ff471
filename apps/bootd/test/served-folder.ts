// A folder served by HTTP on loopback through the routes, with a cluster's knowledge in memory.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hostKey, Inventory } from "@leasehold/inventory";
import { LeaseView } from "@leasehold/leases";
import { compileNetwork, readNetwork } from "@leasehold/network";
import { TftpServer } from "@leasehold/tftp/server";
import { Desk } from "../src/desk.ts";
import { openFolder } from "../src/io/files/folders.ts";
import { BootHttp } from "../src/io/http/boot-http.ts";
import { TftpFiles } from "../src/io/tftp/tftp-files.ts";
import { upstreamOf } from "../src/io/upstream/upstream.ts";
import type { Knowledge } from "../src/machines/knowledge.ts";
import type { Served } from "../src/served/served.ts";
import { ScriptLoops } from "../src/timeline/script-loops.ts";
import { Timeline } from "../src/timeline/timeline.ts";

export interface ServedFolderOptions {
  readonly network?: string;
  readonly connectionsMax?: number;
}

export class ServedFolder {
  readonly folder: string;
  readonly knowledge: { -readonly [key in keyof Knowledge]: Knowledge[key] };
  readonly reports: Served[] = [];
  readonly warnings: string[] = [];
  readonly http: BootHttp;
  /** While it is set, the views are not complete. */
  missing: string | undefined;
  refusedConnections = 0;
  readonly loops: ScriptLoops;
  readonly timeline: Timeline;
  /** Stream time, ms. */
  now = 0;
  #tftp: TftpServer | undefined;

  private constructor(
    folder: string,
    desk: Desk,
    knowledge: Knowledge,
    { connectionsMax = 100 }: ServedFolderOptions,
  ) {
    this.folder = folder;
    this.knowledge = knowledge;
    this.loops = new ScriptLoops({ knowledge, steady: () => this.now });
    this.timeline = new Timeline({ node: "n1", loops: this.loops, wall: () => this.now, onLoop: () => {} });
    this.http = new BootHttp({
      ...{ listen: { host: "127.0.0.1", port: 0 }, connectionsMax, reply: desk.reply, report: this.report },
      steady: () => performance.now(),
      onRefusedConnection: () => this.refusedConnections++,
    });
  }

  static async open(options: ServedFolderOptions = {}): Promise<ServedFolder> {
    const root = mkdtempSync(join(tmpdir(), "leasehold-bootd-"));
    const folder = join(root, "served");
    mkdirSync(folder);
    const network = networkOf(options.network ?? "version: 1\nsubnets: []\n");
    const knowledge = { network, inventory: new Inventory(), leases: new LeaseView() };
    const desk = new Desk({
      ...{ node: "n1", knowledge, files: await openFolder(folder), wall: () => served.now },
      upstream: upstreamOf({
        steady: () => performance.now(),
        onFault: (_, reason) => served.warnings.push(reason),
      }),
      missing: () => served.missing,
      loopOf: (mac, profile) => served.loops.loopOf(mac, profile),
      onFault: (cause) => {
        throw cause;
      },
      onOtherScript: (_, reason) => served.warnings.push(reason),
    });
    const served: ServedFolder = new ServedFolder(folder, desk, knowledge, options);
    await served.http.start();
    const files = new TftpFiles({ reply: desk.reply, report: served.report });
    served.#tftp = await TftpServer.open({
      ...{ addresses: ["127.0.0.1"], port: 0, files, report: files.report },
    });
    return served;
  }

  get tftp(): { address: string; port: number } {
    return this.#tftp!.endpoints[0]!;
  }

  use(text: string, revision = 1): void {
    this.knowledge.network = networkOf(text, revision);
  }

  /** A host of the inventory with one interface. */
  host(
    id: string,
    { mac, address, ...rest }: { mac: string; address: string; [key: string]: unknown },
  ): void {
    const observedAt = "2026-12-01T00:00:00Z";
    const interfaces = [{ mac, addresses: [{ address, since: observedAt }] }];
    const event = { v: 1, type: "HostSet", id, source: "test", observedAt, host: { ...rest, interfaces } };
    const wrong = this.knowledge.inventory.apply(hostKey(id), event, this.knowledge.inventory.revision + 1);
    if (wrong !== undefined) throw new Error(wrong);
  }

  /** What a TFTP client gets; undefined where there is no such file. */
  async tftpGet(file: string): Promise<string | undefined> {
    const { address, port } = this.tftp;
    try {
      const { stdout } = await promisify(execFile)("curl", [
        "-s",
        "-m",
        "10",
        `tftp://${address}:${port}/${file}`,
      ]);
      return stdout;
    } catch {
      return undefined;
    }
  }

  readonly report = (served: Served): void => {
    this.reports.push(served);
    this.timeline.note(served);
  };

  async close(): Promise<void> {
    this.#tftp?.close();
    await this.http.close();
    rmSync(join(this.folder, ".."), { recursive: true });
  }
}

function networkOf(text: string, revision = 1) {
  const read = readNetwork(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return compileNetwork(read.document, revision);
}
