// One run: builds the stage, lets clients live and faults befall the cluster, and has what was seen judged.
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunningClient } from "../lab/clients/index.ts";
import { perfdhcp } from "../lab/perfdhcp.ts";
import { sleep } from "../lab/shell.ts";
import type { LabState } from "../lab/state.ts";
import type { FaultKind } from "./fault-kind.ts";
import { LINK_BOUND_MS } from "./judges/link-service.ts";
import { LinkCrowd } from "./link-crowd.ts";
import { LOAD_MAC_BASE } from "./losses.ts";
import { Population } from "./population.ts";
import type { Run } from "./report.ts";
import type { Scenario } from "./scenarios.ts";
import { LARGE_POOL, SMALL_POOL, Stage } from "./stage.ts";
import { Storm } from "./storm.ts";

export interface RunOptions {
  readonly command: string;
  readonly scenario: Scenario;
  readonly minutes: number;
  readonly seed: number;
  readonly clients: number;
  readonly kinds: readonly FaultKind[];
  readonly syncInterval: string | undefined;
  /** Leaves the lab up. */
  readonly keeps: boolean;
  readonly say: (line: string) => void;
}

const LEASE_SECONDS = 20;
const COMING_A_SECOND = 100;
const CALM_MS = 4000;
/** The load tool's clients come again after so many seconds, while their leases still stand. */
const LOAD_ROUND_SECONDS = 20;
const LOSS_MAX = 0.01;
const RESERVED_WAIT_MAX_MS = 5000;
// Less than an election: a server that was alone comes back with a higher Raft term, and deposes the leader.
const HEALED_MS = 5_000;
/** Between two DISCOVERs of a client that nobody answered: 64 s, and one at random (RFC 2131 §4.1). */
const PAUSE_MAX_MS = 66_000;

export async function run(options: RunOptions): Promise<Run> {
  const { scenario, seed, say } = options;
  const { leaseSeconds = LEASE_SECONDS, load } = scenario;
  const poolEnd = load ? LARGE_POOL : SMALL_POOL;
  const { syncInterval } = options;
  const serverIdentifier = scenario.variesIdentifier && seed % 2 === 1 ? "per-node" : "floating";
  const stage = await Stage.build({ leaseSeconds, poolEnd, syncInterval, serverIdentifier }, say);
  let isInOrder = false;
  try {
    say(
      `${scenario.name}, seed ${seed}, server identifier ${serverIdentifier}; captures are in ${stage.captureFolder}`,
    );
    const startedAt = Date.now();
    const troubles: string[] = [];
    const storm = new Storm(stage.lab, seed, say);
    const { lost, homeless } = await withClients(stage, options, () => act(storm, options, troubles));
    const findings = await stage.judge(storm.records, scenario.losesStore ?? false);
    if (stage.missed > 0) troubles.push(`the capture missed ${stage.missed} packets`);
    troubles.push(...homeless.map((name) => `${name} had no address when all was over`));
    troubles.push(...disappointments(scenario, findings, storm.records, lost));
    const seconds = (Date.now() - startedAt) / 1000;
    const { command } = options;
    isInOrder = troubles.length === 0 && findings.violations.length === 0;
    return {
      command,
      about: scenario.about,
      seed,
      startedAt,
      seconds,
      faults: storm.records,
      findings,
      troubles,
    };
  } finally {
    if (options.keeps) say(`the lab "${stage.lab.state.name}" is left up`);
    else {
      if (!isInOrder)
        say(`what it was judged by, and the logs, are in ${keepEvidence(stage.lab.state, seed)}`);
      await stage.lab.down();
    }
  }
}

/** Copies what the lab's end would take away. */
function keepEvidence({ directory }: LabState, seed: number): string {
  const kept = mkdtempSync(join(tmpdir(), `leasehold-chaos-${seed}-`));
  const isEvidence = (path: string) => !/\/(stores|bin|pids)(\/|$)/.test(path.slice(directory.length));
  cpSync(directory, kept, { recursive: true, filter: isEvidence });
  return kept;
}

async function act(
  storm: Storm,
  { scenario, minutes, kinds }: RunOptions,
  troubles: string[],
): Promise<void> {
  try {
    await scenario.act(storm, minutes, kinds);
  } catch (cause) {
    troubles.push((cause as Error).message);
  }
}

interface Outcome {
  /** How many leases ran out while their clients asked for more time. */
  readonly lost: number;
  /** The real clients that had no address when all was over. */
  readonly homeless: readonly string[];
}

async function withClients(
  stage: Stage,
  { scenario, seed, clients }: RunOptions,
  during: () => Promise<void>,
): Promise<Outcome> {
  const tenth = Math.ceil(clients / 10);
  // The load tool is the relay itself.
  const relayed = scenario.load ? 0 : 2 * tenth;
  const counts = { pool: clients - relayed - 4 * tenth, relayed, reserved: 2 * tenth, lan: 2 * tenth };
  const population = await Population.open(stage.lab, { seed, counts });
  await population.start(COMING_A_SECOND);
  const real = await stage.realClients();
  const load = new Load(stage, scenario.load ?? 0);
  const crowd = await LinkCrowd.open(stage.lab);
  await during();
  await sleep(Math.max(CALM_MS, LINK_BOUND_MS + 1000));
  await crowd.end();
  await load.end();
  const homeless = await withoutAddress(real);
  for (const client of real) await client.end();
  await population.end();
  await sleep(CALM_MS);
  return { lost: population.clients.reduce((sum, { lost }) => sum + lost, 0), homeless };
}

async function withoutAddress(real: readonly RunningClient[]): Promise<string[]> {
  const until = performance.now() + PAUSE_MAX_MS;
  const homeless = async () => {
    const addresses = await Promise.all(real.map((client) => client.address()));
    return real.filter((_, i) => addresses[i] === undefined);
  };
  let found = await homeless();
  while (found.length > 0 && performance.now() < until) {
    await sleep(500);
    found = await homeless();
  }
  return found.map(({ program }) => program.name);
}

/** perfdhcp, time and again for some seconds, at one node after the other: it stops when it hears nothing for long. */
class Load {
  private isOver = false;
  private readonly ended: Promise<void>;

  constructor(stage: Stage, rate: number) {
    this.ended = rate > 0 ? this.go(stage, rate) : Promise.resolve();
    this.ended.catch(() => {}); // Told by end().
  }

  private async go({ lab }: Stage, rate: number): Promise<void> {
    const clients = rate * LOAD_ROUND_SECONDS;
    for (let i = 0; !this.isOver; i++) {
      const node = lab.nodes[i % lab.nodes.length]!.name;
      const seconds = LOAD_ROUND_SECONDS / 2;
      const { discoverOffer, text } = await perfdhcp(lab, node, {
        rate,
        clients,
        seconds,
        macBase: LOAD_MAC_BASE,
      });
      if (discoverOffer.sent < rate) throw new Error(`perfdhcp sent next to nothing: ${text.trim()}`);
    }
  }

  end(): Promise<void> {
    this.isOver = true;
    return this.ended;
  }
}

/** What a scenario promises beyond the invariants, and did not keep. */
function disappointments(
  { sparesClients, servesReserved, load }: Scenario,
  { losses, stalls }: Run["findings"],
  faults: Run["faults"],
  lost: number,
): string[] {
  const found: string[] = [];
  if (sparesClients && lost > 0) found.push(`${lost} leases ran out while their clients asked for more time`);
  for (const [what, { unanswered, longestMs }] of stalls.total()) {
    const isReserved = servesReserved && what.endsWith(" reserved");
    if ((sparesClients || isReserved) && unanswered > 0)
      found.push(`${unanswered} times "${what}" was not answered`);
    if (isReserved && longestMs > RESERVED_WAIT_MAX_MS)
      found.push(`"${what}" waited ${(longestMs / 1000).toFixed(1)} s`);
  }
  for (const { name, to, servingAt } of servesReserved ? faults : []) {
    if (servingAt - to > HEALED_MS) found.push(`${servingAt - to} ms after "${name}" not all nodes knew all`);
  }
  if (load && losses.share > LOSS_MAX)
    found.push(`${(losses.share * 100).toFixed(2)} % of the load was lost outside of the faults`);
  return found;
}
