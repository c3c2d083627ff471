// The shell around libs/tftp's core: sockets, files, the clock.
export { ChunkCache } from "./chunk-cache.ts";
export type { FileAsker, FileSource, OpenFile, OpenRefusal } from "./file-source.ts";
export { FileTree } from "./file-tree.ts";
export { TftpServer, TftpServerError, type TftpServerOptions } from "./tftp-server.ts";
export type { TransferReport } from "./transfer-report.ts";
