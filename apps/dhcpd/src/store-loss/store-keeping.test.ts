// What a node says that the store has lost, after all nodes were started anew; and how an operator ends it.

import { newHttpServer } from "@leasehold/daemon";
import { describe, expect, test } from "vitest";
import { DhcpMembership } from "../cluster/dhcp-membership.ts";
import { addAcceptLoss } from "../io/api/accept-loss.ts";
import { StoreHealth } from "../store/store-health.ts";
import { Counters } from "../telemetry/counters.ts";
import { Faults } from "../telemetry/faults.ts";
import { StoreAlarms } from "./store-alarms.ts";
import { StoreKeeping } from "./store-keeping.ts";

const QUIET = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} } as never;
const MINUTE = 60_000;

/** The bucket of the members, which outlives nodes. */
class Members {
  readonly nodes: Node[] = [];
  private readonly stored = new Map<string, { value: unknown; revision: number }>();
  private revision = 0;

  put(key: string, value: unknown, expected: number): boolean {
    if ((this.stored.get(key)?.revision ?? 0) !== expected) return false;
    this.stored.set(key, { value, revision: ++this.revision });
    for (const node of this.nodes) node.keeping.member(key, value ?? undefined, this.revision);
    return true;
  }

  tellTo(node: Node): void {
    for (const [key, { value, revision }] of this.stored)
      node.keeping.member(key, value ?? undefined, revision);
  }
}

/** Of one node, what it knows of the buckets is set by hand. */
class Node {
  /** Keys of the inventory's bucket; hosts that are served; of these, those that the bucket has lost. */
  inventory = { keys: 0, served: 0, lost: 0 };
  leases = 0;
  nameLost: () => Promise<string> = async () => "nobody knows which";
  now = 0;
  readonly keeping: StoreKeeping;
  private readonly alarms = new StoreAlarms(QUIET);
  private readonly members: Members;

  constructor(
    self: string,
    members: Members,
    known: Partial<Pick<Node, "inventory" | "leases" | "nameLost">> = {},
  ) {
    Object.assign(this, known);
    this.members = members;
    const steady = () => this.now;
    this.keeping = new StoreKeeping({
      ...{ self, membership: new DhcpMembership(self), alarms: this.alarms, steady },
      health: new StoreHealth(() => true),
      faults: new Faults({ counters: new Counters(), log: QUIET, now: steady }),
      buckets: () => ({
        leases: { keys: this.leases },
        inventory: { keys: this.inventory.keys },
        lostHosts: this.inventory.lost,
        documentDifference: undefined,
      }),
      leases: () => this.leases,
      hosts: () => this.inventory.served,
      isRestoring: () => false,
      nameLost: () => this.nameLost(),
      put: async (key, value, expected) => ({ ok: members.put(key, value, expected) }),
    });
    members.tellTo(this);
    members.nodes.push(this);
  }

  /** Until what it notes is written. */
  async pass(ms = MINUTE): Promise<void> {
    this.now += ms;
    for (let i = 0; i < 2; i++) {
      this.keeping.tick("serving", ["10.0.0.2"]);
      await Promise.resolve();
      await Promise.resolve();
    }
  }

  get alarmed(): readonly string[] {
    return this.alarms.words;
  }

  end(): void {
    this.members.nodes.splice(this.members.nodes.indexOf(this), 1);
  }
}

async function restarted(
  before: Node["inventory"],
  after: Node["inventory"],
  between?: (node: Node) => Promise<void>,
): Promise<readonly string[]> {
  const members = new Members();
  const node = new Node("n1", members, { inventory: before });
  await node.pass();
  await between?.(node);
  node.end();
  const next = new Node("n1", members, { inventory: after });
  await next.pass();
  return next.alarmed;
}

describe("hosts-lost after all nodes were started anew", () => {
  test("is said when the bucket was emptied meanwhile", async () => {
    const before = { keys: 130, served: 100, lost: 0 };
    const alarmed = await restarted(before, { keys: 0, served: 0, lost: 0 });
    expect(alarmed).toEqual([
      "the inventory's store had 100 hosts and has lost 100 of them: start the syncer",
    ]);
  });

  test("is not said when the syncer has filled a new bucket, which has no key of hosts that were removed before", async () => {
    expect(await restarted({ keys: 130, served: 100, lost: 0 }, { keys: 100, served: 100, lost: 0 })).toEqual(
      [],
    );
  });

  test("is not said when hosts were removed meanwhile, whose keys stay", async () => {
    expect(await restarted({ keys: 100, served: 100, lost: 0 }, { keys: 100, served: 60, lost: 0 })).toEqual(
      [],
    );
  });

  test("is not said of a host that was removed while the bucket was filled again, once the syncer has had its time", async () => {
    const before = { keys: 100, served: 100, lost: 0 };
    const after = { keys: 99, served: 99, lost: 0 };
    const filledAgain = (minutes: number) => async (node: Node) => {
      node.inventory = { keys: 99, served: 100, lost: 1 };
      await node.pass();
      await node.pass(minutes * MINUTE);
    };
    expect(await restarted(before, after, filledAgain(11))).toEqual([]);
    expect(await restarted(before, after, filledAgain(1))).toHaveLength(1);
  });

  test("is said when nobody has filled it again, however long the nodes ran on", async () => {
    const alarmed = await restarted(
      { keys: 100, served: 100, lost: 0 },
      { keys: 0, served: 0, lost: 0 },
      async (node) => {
        node.inventory = { keys: 0, served: 100, lost: 100 };
        await node.pass();
        await node.pass(60 * MINUTE);
      },
    );
    expect(alarmed).toHaveLength(1);
  });
});

test("leases-lost names those that the log has; where it cannot be asked, it is asked again", async () => {
  const members = new Members();
  const before = new Node("n1", members, { leases: 70 });
  await before.pass();
  before.end();
  const answers = [Promise.reject(new Error("no leader")), Promise.resolve("10.0.0.9 (ann)")];
  const node = new Node("n1", members, { leases: 22, nameLost: () => answers.shift()! });
  await node.pass();
  expect(node.alarmed).toEqual([expect.not.stringContaining("ann")]);
  await node.pass();
  expect(node.alarmed).toEqual([expect.stringMatching(/has lost 48 of them.*; 10\.0\.0\.9 \(ann\)$/)]);
});

describe("an operator accepts a loss", () => {
  async function afterALoss() {
    const members = new Members();
    const before = new Node("n1", members, { leases: 70 });
    await before.pass();
    before.end();
    const nodes = ["n1", "n2"].map((name) => new Node(name, members, { leases: 22 }));
    for (const node of nodes) await node.pass();
    const [first] = nodes as [Node, Node];
    const app = newHttpServer();
    const said: unknown[] = [];
    const log = { warn: (fields: object) => said.push(fields) };
    addAcceptLoss(app, { keeping: first.keeping, links: { texts: ["10.0.0.2"] }, log });
    const post = async (payload: object = {}) => {
      const reply = await app.inject({ method: "POST", url: "/api/v1/store/accept-loss", payload });
      return { status: reply.statusCode, body: reply.json() };
    };
    return { members, nodes, post, said };
  }
  const LOST = expect.stringContaining("the store had 70 addresses and has lost 48 of them");

  test("one node is told, the alarm ends on all, and does not come again with the next start", async () => {
    const { members, nodes, post, said } = await afterALoss();
    expect(nodes.map(({ alarmed }) => alarmed)).toEqual([[LOST], [LOST]]);
    expect(await post({ by: "ann", why: "no backup" })).toEqual({ status: 200, body: { accepted: [LOST] } });
    expect(said).toEqual([{ by: "ann (127.0.0.1)", why: "no backup", accepted: [LOST] }]);
    for (const node of nodes) await node.pass();
    expect(nodes.map(({ alarmed }) => alarmed)).toEqual([[], []]);
    const next = new Node("n3", members, { leases: 22 });
    await next.pass();
    expect(next.alarmed).toEqual([]);
    expect((await post()).status).toBe(404);
  });

  test("what cannot be understood is refused", async () => {
    const { nodes, post } = await afterALoss();
    expect((await post({ who: "ann" })).status).toBe(422);
    for (const node of nodes) await node.pass();
    expect(nodes.map(({ alarmed }) => alarmed)).toEqual([[LOST], [LOST]]);
  });
});
