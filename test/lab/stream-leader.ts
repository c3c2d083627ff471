// Who leads a stream: asked of the NATS servers' monitoring, which listens on each node's 127.0.0.1. Right after a fault the
// servers differ for a while, and the one that a cut-off server names is the old one: it takes two that agree.

interface Jsz {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

/** What of a lab it asks. */
export interface MonitoredLab {
  readonly nodes: readonly { readonly name: string }[];
  exec(
    host: string,
    command: readonly string[],
  ): Promise<{ readonly code: number | null; readonly stdout: string }>;
}

export async function leaderOf(lab: MonitoredLab, stream: string): Promise<string | undefined> {
  const named = await Promise.all(lab.nodes.map(({ name }) => leaderBy(lab, name, stream)));
  const majority = Math.floor(named.length / 2) + 1;
  return named.find((leader) => leader && named.filter((other) => other === leader).length >= majority);
}

async function leaderBy(lab: MonitoredLab, node: string, stream: string): Promise<string | undefined> {
  const url = "http://127.0.0.1:8222/jsz?accounts=true&streams=true";
  const { code, stdout } = await lab.exec(node, ["curl", "-s", "--max-time", "2", url]);
  if (code !== 0) return undefined;
  const { account_details: accounts = [] } = JSON.parse(stdout) as Jsz;
  const details = accounts.flatMap(({ stream_detail: streams = [] }) => streams);
  return details.find(({ name }) => name === stream)?.cluster?.leader || undefined;
}
