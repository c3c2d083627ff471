// Compiles a long network document without keeping packets waiting: checked in another thread, compiled in steps of some milliseconds.
import { type Change, reasonOf, valueText } from "@leasehold/bus";
import { compileInSteps, formatProblem, type NetworkDocument } from "@leasehold/network";
import type { Compiled } from "../network-feed.ts";
import { DocumentCheck } from "./api-document-check.ts";
import { inTurns } from "./in-turns.ts";

/** What is shorter is compiled at once: that takes some milliseconds. */
const LONG_OCTETS = 20_000;

export class LongDocuments {
  private readonly check = new DocumentCheck();
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;

  isLong({ data }: Pick<Change, "data">): boolean {
    return data !== undefined && data.length > LONG_OCTETS;
  }

  /** At once where nothing waits; else when all that came before is done. */
  inOrder(act: () => void | Promise<void>): void {
    if (this.waiting === 0) {
      const acted = act();
      if (acted === undefined) return;
      this.hold(() => acted);
    } else this.hold(act);
  }

  private hold(act: () => void | Promise<void>): void {
    this.waiting++;
    this.last = this.last.then(act).finally(() => this.waiting--);
  }

  /** Never rejects. */
  async compile({ data, revision }: Change): Promise<Compiled> {
    try {
      const json = valueText(data!);
      const judged = await this.check.judge(json);
      if (!judged.ok) return { ok: false, problems: judged.problems.map(formatProblem) };
      const document = JSON.parse(json) as NetworkDocument;
      const network = await inTurns(compileInSteps(document, revision));
      return { ok: true, network, warnings: judged.warnings };
    } catch (cause) {
      return { ok: false, problems: [reasonOf(cause)] };
    }
  }

  close(): void {
    this.check.close();
  }
}
