// Metrics of boots: what clients that boot were answered, and what became of the events of that.
import { Counter, Gauge, type Registry } from "prom-client";
import type { NodeView } from "../../api/node-view.ts";

export function addBootMetrics(registry: Registry, node: NodeView): void {
  new Counter({
    name: "leasehold_boot_answers_total",
    help: "Replies to clients that boot, by stage (offer, ack), outcome (answered; missing: the document lacks something) and processor.",
    labelNames: ["stage", "outcome", "arch"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [key, count] of node.counters.of("boots")) {
        const [stage = "", outcome = "", arch = ""] = key.split(" ");
        this.inc({ stage, outcome, arch }, count);
      }
    },
  });
  new Counter({
    name: "leasehold_boot_events_total",
    help: "Events of boots on their way into the stream dhcp-boot-log, by outcome.",
    labelNames: ["outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of node.bootLog.stored) this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: "leasehold_boot_events_pending",
    help: "Events of boots that wait for the stream.",
    registers: [registry],
    collect() {
      this.set(node.bootLog.pending);
    },
  });
}
