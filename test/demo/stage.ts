// What the scenes of the demo share: the lab, its clients, plain words, and promises that must hold.
import { type ClientLease, clientPrograms, RunningClient } from "../lab/clients/index.ts";
import type { Lab } from "../lab/lab.ts";

/** A promise of Leasehold's that did not hold. */
export class BrokenPromise extends Error {}

export class Stage {
  readonly lab: Lab;
  /** By host. */
  readonly clients = new Map<string, RunningClient>();
  readonly leases = new Map<string, ClientLease>();

  constructor(lab: Lab) {
    this.lab = lab;
  }

  /** Gives a host a client program, the three in turn, and boots it. */
  async boot(host: string): Promise<ClientLease> {
    const client = new RunningClient(
      this.lab,
      host,
      clientPrograms[this.clients.size % clientPrograms.length]!,
    );
    this.clients.set(host, client);
    const lease = await client.lease();
    this.leases.set(host, lease);
    return lease;
  }

  /** "n2", for the server identifier that a client was given. */
  nodeOf(lease: ClientLease): string {
    return this.lab.nodes.find(({ address }) => address === lease.server)?.name ?? lease.server;
  }

  /** One line for a lease. */
  tell(host: string, lease: ClientLease): void {
    const program = this.clients.get(host)!.program.name;
    const took = `${lease.millis.toFixed(0)} ms`.padStart(8);
    say(
      `  ${host.padEnd(4)} ${program.padEnd(9)} has ${lease.address.padEnd(14)} from ${this.nodeOf(lease)}, for ${lease.seconds} s, after${took}`,
    );
  }
}

export function say(line = ""): void {
  console.log(line);
}

/** One act's title. */
export function scene(title: string): void {
  say(`\n${title}`);
}

/** @throws BrokenPromise with the sentence when it is not so. */
export function promise(isKept: boolean, sentence: string): void {
  if (!isKept) throw new BrokenPromise(sentence);
  say(`  ✓ ${sentence}`);
}

export async function until(
  sentence: string,
  seconds: number,
  isSo: () => Promise<boolean>,
): Promise<number> {
  const started = performance.now();
  while (!(await isSo())) {
    if (performance.now() - started > seconds * 1000)
      throw new BrokenPromise(`within ${seconds} s: ${sentence}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - started;
}
