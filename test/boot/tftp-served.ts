// A TFTP server on loopback for one file of tests, with files of known content.
import { randomFillSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileTree, TftpServer, type TftpServerOptions, type TransferReport } from "@leasehold/tftp/server";
import { until } from "../lab/shell.ts";
import { fetchBy, type TftpClient } from "./tftp-clients.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export class ServedFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "leasehold-boot-"));
  readonly reports: TransferReport[] = [];
  readonly #servers: TftpServer[] = [];

  /** A file of these octets below the root; random ones, so that no block is taken for another. */
  write(name: string, size: number): string {
    writeFileSync(join(this.folder, name), randomFillSync(Buffer.alloc(size)));
    return name;
  }

  async serve(options: Partial<TftpServerOptions> = {}): Promise<Endpoint> {
    const server = await TftpServer.open({
      ...{ addresses: ["127.0.0.1"], port: 0, files: await FileTree.at(this.folder) },
      report: (report) => this.reports.push(report),
      ...options,
    });
    this.#servers.push(server);
    return server.endpoints[0]!;
  }

  /** What the client has fetched, and what the server says of it: the last of its reports on the file. */
  async fetched(client: TftpClient, file: string, from: Endpoint, seconds?: number) {
    const into = join(this.folder, "fetched");
    rmSync(into, { force: true });
    const before = this.reports.length;
    await fetchBy(client, { file, into, ...from }, seconds);
    // Another test's transfer may end only now: a last ACK that was lost is waited for.
    const isOf = (report: TransferReport) => report.file === file;
    const report = await until("the transfer is reported", 40, async () =>
      this.reports.slice(before).find(isOf),
    );
    return { isSame: readFileSync(into).equals(readFileSync(join(this.folder, file))), report };
  }

  close(): void {
    for (const server of this.#servers) server.close();
    rmSync(this.folder, { recursive: true });
  }
}
