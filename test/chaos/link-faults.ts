// What befalls an interface that a node serves, while the node runs on: by the commands that an operator, a bond or a VLAN's
// configuration would run. It strikes lan0, as eth0 is also the way to NATS and has faults of its own. What the nodes say of it meanwhile
// is noted for the judge (judges/link-service.ts); who is answered on it is seen on the wire.
import type { Lab } from "../lab/lab.ts";
import { type LabHost, namespaceOf } from "../lab/layout.ts";
import { must, until } from "../lab/shell.ts";
import { addressOn, ip, macOn, plugIn, pull, sendWholeDatagrams } from "../lab/wires.ts";
import type { FaultKind, Heal } from "./fault-kind.ts";
import type { LinkStory } from "./fault-record.ts";
import { LINK_BOUND_MS } from "./judges/link-service.ts";

const LINK = "lan0";
const OTHER_MTU = 576; // What every host has to take (RFC 791 §3.1).
const USUAL_MTU = 1500;
const FLAPS = 5;

/** A served link as a node tells it (`links` of GET /api/v1/cluster). */
interface ToldLink {
  readonly name: string;
  readonly state: string;
  readonly addresses: readonly string[];
  readonly mtu: number;
}

interface Change {
  readonly away: (lab: Lab, host: LabHost) => Promise<void>;
  readonly back: (lab: Lab, host: LabHost) => Promise<void>;
  /** What the other nodes are to be told of it. */
  readonly shows: (link: ToldLink, host: LabHost) => boolean;
  /** What `/readyz` is to say; absent where the link can be served all the while. */
  readonly says?: RegExp;
}

const on = (words: string) => (_: Lab, host: LabHost) => ip(host, words);
const own = (host: LabHost) => `${addressOn(host, LINK)}/16`;
const another = (host: LabHost) => own(host).replace(/\.(\d+)\//, (_, last) => `.${Number(last) + 80}/`);
const addressOnly = (cidr: string) => cidr.split("/")[0]!;
const anotherMac = (host: LabHost) => `02:78:00:00:01:${host.name.slice(1).padStart(2, "0")}`;
const plug = async (lab: Lab, host: LabHost) => {
  await plugIn(lab.state, host, LINK);
  await sendWholeDatagrams(host, LINK);
};
/** The other end of the cable. */
const port = (state: "up" | "down") => async (lab: Lab, host: LabHost) => {
  await must([
    ...["ip", "-n", namespaceOf(lab.state.name, "sw")],
    ...["link", "set", `${host.name}-lan`, state],
  ]);
};

/** While it lasts, and when it is over. */
const lasting = (name: string, change: Change): FaultKind => ({
  name,
  seconds: [8, 14],
  async strike(lab, victim) {
    const host = lab.host(victim);
    const story = await storyOf(host);
    await change.away(lab, host);
    story.toldMs = await within(() => isTold(lab, host, change));
    return healing(story, async () => {
      await change.back(lab, host);
      await note(lab, host, story);
    });
  },
});

/** All of it in one moment. */
const atOnce = (name: string, act: (lab: Lab, host: LabHost) => Promise<void>): FaultKind => ({
  name,
  seconds: [0, 1],
  isOver: true,
  async strike(lab, victim) {
    const host = lab.host(victim);
    const story = await storyOf(host);
    await act(lab, host);
    story.toldMs = 0; // Nobody need have noticed.
    await note(lab, host, story);
    return healing(story, async () => {});
  },
});

export const linkFaults: readonly FaultKind[] = [
  // A VLAN or a bond is configured anew: the name stays, and nothing else of it.
  lasting("link deleted", {
    away: (_, host) => pull(host, LINK),
    back: plug,
    shows: ({ state }) => state === "missing",
    says: /lan0 does not exist/,
  }),
  atOnce("link created again", async (lab, host) => {
    await pull(host, LINK);
    await plug(lab, host);
  }),
  lasting("link set down", {
    away: on(`link set ${LINK} down`),
    back: on(`link set ${LINK} up`),
    shows: ({ state }) => state === "down",
    says: /lan0 is set down/,
  }),
  lasting("link without carrier", {
    away: port("down"),
    back: port("up"),
    shows: ({ state }) => state === "down",
    says: /lan0 has no carrier/,
  }),
  // Faster than anybody can follow: what counts is how it stands in the end.
  atOnce("link flaps", async (_, host) => {
    for (let i = 0; i < FLAPS; i++) {
      await ip(host, `link set ${LINK} down`);
      await ip(host, `link set ${LINK} up`);
    }
  }),
  lasting("link renamed", {
    away: on(`link set ${LINK} down name old0`),
    back: on(`link set old0 name ${LINK} up`),
    shows: ({ state }) => state === "missing",
    says: /lan0 does not exist/,
  }),
  lasting("link without an address", {
    away: on(`address flush dev ${LINK}`),
    back: (_, host) => ip(host, `address add ${own(host)} dev ${LINK}`),
    shows: ({ state }) => state === "down",
    says: /lan0 has no IPv4 address/,
  }),
  // Its clients know it by the one before: their renewals go nowhere, and they ask everybody.
  lasting("link has another address", {
    async away(_, host) {
      await ip(host, `address del ${own(host)} dev ${LINK}`);
      await ip(host, `address add ${another(host)} dev ${LINK}`);
    },
    async back(_, host) {
      await ip(host, `address del ${another(host)} dev ${LINK}`);
      await ip(host, `address add ${own(host)} dev ${LINK}`);
    },
    shows: ({ state, addresses }, host) => state === "up" && addresses[0] === addressOnly(another(host)),
  }),
  lasting("link has another MAC", {
    away: (_, host) => ip(host, `link set ${LINK} address ${anotherMac(host)}`),
    back: (_, host) => ip(host, `link set ${LINK} address ${anotherMac(host).replace("02:78", "02:79")}`),
    shows: ({ state }) => state === "up",
  }),
  lasting("link has another MTU", {
    away: on(`link set ${LINK} mtu ${OTHER_MTU}`),
    back: on(`link set ${LINK} mtu ${USUAL_MTU}`),
    shows: ({ state, mtu }) => state === "up" && mtu === OTHER_MTU,
  }),
];

async function storyOf(host: LabHost): Promise<LinkStory> {
  return {
    ...{ interfaceName: LINK, macs: new Set([await macOn(host, LINK)]) },
    ...{ toldMs: undefined, backAt: 0, upMs: undefined },
  };
}

const healing = (link: LinkStory, heal: () => Promise<void>): Heal => Object.assign(heal, { link });

/** It is back: notes when, and when all nodes say so. */
async function note(lab: Lab, host: LabHost, story: LinkStory): Promise<void> {
  story.backAt = Date.now();
  story.macs.add(await macOn(host, LINK));
  const isBack = ({ state, addresses }: ToldLink) =>
    state === "up" && addresses[0] === addressOnly(own(host));
  story.upMs = await within(() => isTold(lab, host, { shows: isBack }));
}

/** After how many ms it was so; undefined: not within the bound. */
async function within(ask: () => Promise<boolean>): Promise<number | undefined> {
  const from = performance.now();
  return until("it is told", LINK_BOUND_MS / 1000, ask).then(
    () => Math.round(performance.now() - from),
    () => undefined,
  );
}

/** By the node's readiness, by its metric, and by every node's view of the cluster. */
async function isTold(
  lab: Lab,
  host: LabHost,
  { shows, says }: Pick<Change, "shows" | "says">,
): Promise<boolean> {
  const ready = await lab.api(host.name, "/readyz");
  if ((ready.status === 200) !== (says === undefined)) return false;
  if (says !== undefined && !says.test(JSON.stringify(ready.body))) return false;
  const metrics = String((await lab.api(host.name, "/metrics")).body);
  const up = new RegExp(`^leasehold_link_up\\{[^}]*interface="${LINK}"[^}]*\\} (\\d)$`, "m").exec(
    metrics,
  )?.[1];
  if (up !== (says === undefined ? "1" : "0")) return false;
  const views = await Promise.all(lab.nodes.map(({ name }) => linkAsSeenBy(lab, name, host)));
  return views.every((link) => link !== undefined && shows(link, host));
}

async function linkAsSeenBy(lab: Lab, node: string, { name }: LabHost): Promise<ToldLink | undefined> {
  const { nodes } = (await lab.api(node, "/api/v1/cluster")).body as {
    nodes: { name: string; links?: ToldLink[] }[];
  };
  return nodes.find((each) => each.name === name)?.links?.find((link) => link.name === LINK);
}
