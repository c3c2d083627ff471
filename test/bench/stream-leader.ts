// Which node's NATS server leads the lease stream, by the servers' own monitoring.
import type { Lab } from "../lab/lab.ts";
import { until } from "../lab/shell.ts";

interface StreamsReport {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

export function streamLeader(lab: Lab, stream = "KV_dhcp-leases"): Promise<string> {
  const url = "http://127.0.0.1:8222/jsz?accounts=true&streams=true";
  return until(`${stream} has a leader`, 20, async () => {
    const { stdout } = await lab.exec("n1", ["curl", "-s", url]);
    const report = JSON.parse(stdout) as StreamsReport;
    const streams = report.account_details?.flatMap(({ stream_detail }) => stream_detail ?? []) ?? [];
    return streams.find(({ name }) => name === stream)?.cluster?.leader;
  });
}
