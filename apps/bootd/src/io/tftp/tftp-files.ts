// What TFTP clients ask for, answered by the routes; and what became of each request, with what the routes knew of it.
import { createHash } from "node:crypto";
import type { FileAsker, FileSource, OpenFile, OpenRefusal, TransferReport } from "@leasehold/tftp/server";
import type { Replied, ReplyNote } from "../../desk.ts";
import type { Answer, RefusalReason } from "../../served/answer.ts";
import type { Asked } from "../../served/asked.ts";
import type { ReportServed } from "../../served/served.ts";

export interface TftpFilesParts {
  /** Never rejects. */
  readonly reply: (asked: Asked) => Promise<Replied>;
  readonly report: ReportServed;
}

interface Known extends ReplyNote {
  readonly reason?: RefusalReason;
  readonly detail?: string;
}

export class TftpFiles implements FileSource {
  readonly #parts: TftpFilesParts;
  /** Of requests that are under way: as many as transfers may run. */
  readonly #known = new Map<string, Known>();

  constructor(parts: TftpFilesParts) {
    this.#parts = parts;
  }

  async open(path: readonly string[], asker: FileAsker): Promise<OpenFile | OpenRefusal> {
    const { server, address: client } = asker;
    const name = path.join("/");
    const { answer, ...identified } = await this.#parts.reply({
      ...{ via: "tftp", name, path, query: new Map(), client, server },
    });
    const refusal = answer.kind === "refused" ? { reason: answer.reason, detail: answer.sentence } : {};
    this.#known.set(keyOf(server, asker), { ...identified, ...refusal });
    return opened(answer);
  }

  readonly report = ({ outcome, server, client, file, bytes, ms, detail }: TransferReport): void => {
    const key = keyOf(server, client);
    const { reason, detail: why, ...identified } = this.#known.get(key) ?? { route: undefined };
    this.#known.delete(key);
    this.#parts.report({
      ...{ via: "tftp", name: file, client: client.address, server, bytes, ms, ...identified },
      outcome: reason ?? outcome,
      detail: detail ?? why,
    });
  };
}

const keyOf = (server: string, { address, port }: { address: string; port: number }): string =>
  `${server} ${address} ${port}`;

const REFUSALS: Readonly<Record<RefusalReason, OpenRefusal>> = {
  ...{ notFound: "notFound", forbidden: "forbidden", notReady: "notReady", unavailable: "unavailable" },
  // It came without parameters: nothing of it can be misread.
  malformed: "notFound",
};

function opened(answer: Answer): OpenFile | OpenRefusal {
  switch (answer.kind) {
    case "file":
      return answer.file;
    case "text":
      return textFile(answer.content);
    case "refused":
      return REFUSALS[answer.reason];
    default:
      return answer satisfies never;
  }
}

function textFile(content: string | Uint8Array): OpenFile {
  const octets = typeof content === "string" ? Buffer.from(content) : content;
  return {
    size: octets.length,
    version: `text ${createHash("sha256").update(octets).digest("base64")}`,
    read: async (offset, length) => octets.subarray(offset, offset + length),
    close: () => {},
  };
}
