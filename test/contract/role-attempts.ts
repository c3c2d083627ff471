// What no role of NATS may do, as attempts: each by way of a plain message, and by way of whatever a server sends on somebody's behalf.
import { type NatsConnection, headers as newHeaders } from "@nats-io/transport-node";

export interface Attempt {
  readonly what: string;
  readonly run: (as: NatsConnection) => Promise<unknown>;
}

const STREAMS = [
  "KV_dhcp-leases",
  "KV_dhcp-inventory",
  "KV_dhcp-network",
  "dhcp-lease-log",
  "dhcp-boot-log",
] as const;
/** What only nodes say, and to whom. */
const NODES_SAY = ["dhcp.node.n1", "dhcp.stored.n9", "dhcp.commit.n1", "dhcp.ask.n1"] as const;
const LEASE = "$KV.dhcp-leases.10.77.0.10";
const DOCUMENT = "$KV.dhcp-network.document";
const MEMBER = "$KV.dhcp-network.member.n9";
const HOST = "$KV.dhcp-inventory.host.forged";
const WAIT_MS = 300;

let consumers = 0;
const json = (value: unknown) => JSON.stringify(value);

function publishes(to: string, data = "{}"): Attempt {
  return { what: `publish to ${to}`, run: (as) => as.request(to, data, { timeout: WAIT_MS }) };
}

function asks(api: string, body: unknown = "", what = `ask $JS.API.${api}`): Attempt {
  const data = body === "" ? "" : json(body);
  return { what, run: (as) => as.request(`$JS.API.${api}`, data, { timeout: WAIT_MS }) };
}

function hears(subject: string): Attempt {
  return {
    what: `subscribe to ${subject}`,
    run: async (as) => {
      const heard: string[] = [];
      const subscription = as.subscribe(subject, {
        callback: (error, message) => {
          if (!error) heard.push(message.subject);
        },
      });
      await as.flush();
      return { subscription, heard };
    },
  };
}

/** Has a server answer to `to`: the acknowledgement of a publish, a record, what a consumer says when it has nothing. */
function answersTo(to: string, own: { readonly stream: string; readonly subject: string }): Attempt[] {
  const reply = { reply: to };
  return [
    {
      what: `have a publish acknowledged to ${to}`,
      run: async (as) => as.publish(own.subject, "forged 1 1\n10.77.0.10 0 {}\n", reply),
    },
    {
      what: `have a record read out to ${to}`,
      run: async (as) =>
        as.publish(`$JS.API.STREAM.MSG.GET.${own.stream}`, json({ last_by_subj: own.subject }), reply),
    },
    {
      what: `have a record got directly to ${to}`,
      run: async (as) => as.publish(`$JS.API.DIRECT.GET.${own.stream}.${own.subject}`, "", reply),
    },
    {
      what: `have a consumer's messages pulled to ${to}`,
      run: async (as) => {
        const name = await consumer(as, own.stream, {});
        const next = `$JS.API.CONSUMER.MSG.NEXT.${own.stream}.${name}`;
        // The second one finds nothing, which is told without a payload.
        for (const batch of [100, 1]) as.publish(next, json({ batch, no_wait: true }), reply);
      },
    },
    {
      what: `have a consumer push to ${to}`,
      run: (as) => consumer(as, own.stream, { deliver_subject: to, idle_heartbeat: 100_000_000 }),
    },
  ];
}

async function consumer(as: NatsConnection, stream: string, more: object): Promise<string> {
  const name = `forger${++consumers}`;
  const config = { name, ack_policy: "none", deliver_policy: "all", inactive_threshold: 5e9, ...more };
  const asked = json({ stream_name: stream, config, action: "create" });
  await as.request(`$JS.API.CONSUMER.CREATE.${stream}.${name}`, asked, { timeout: WAIT_MS });
  return name;
}

function stream(name: string): Attempt[] {
  return [
    asks(`STREAM.UPDATE.${name}`, { name, subjects: ["dhcp.>"] }),
    asks(`STREAM.DELETE.${name}`),
    asks(`STREAM.PURGE.${name}`),
    asks(`STREAM.MSG.DELETE.${name}`, { seq: 1 }),
  ];
}

const SERVERS: readonly Attempt[] = [
  publishes("$SYS.REQ.SERVER.PING", ""),
  publishes("$SYS.REQ.ACCOUNT.LEASEHOLD.CONNZ", ""),
  publishes("$SYS.REQ.SERVER.RELOAD", ""),
  hears("$SYS.>"),
];

const MAKES: readonly Attempt[] = [
  asks("STREAM.CREATE.thief", { name: "thief", subjects: ["dhcp.>"] }),
  asks("STREAM.CREATE.mirror", { name: "mirror", mirror: { name: "KV_dhcp-leases" } }),
  asks("STREAM.SNAPSHOT.KV_dhcp-leases", { deliver_subject: "_INBOX_thief.x" }),
  asks("STREAM.RESTORE.KV_dhcp-leases", {}),
  asks("STREAM.LEADER.STEPDOWN.KV_dhcp-leases"),
  asks("CONSUMER.DURABLE.CREATE.dhcp-lease-log.thief", {}),
  asks("META.LEADER.STEPDOWN"),
];

/** An old value over all keys at once. */
const rollUp = (to: string): Attempt => ({
  what: `roll up ${to}`,
  run: (as) => {
    const headers = newHeaders();
    headers.set("Nats-Rollup", "all");
    return as.request(to, "{}", { timeout: WAIT_MS, headers });
  },
});

export const SYNCER_MAY_NOT: readonly Attempt[] = [
  ...[LEASE, DOCUMENT, MEMBER, "$KV.dhcp-inventory.forged", "dhcp.booted.020000000001", ...NODES_SAY].map(
    (to) => publishes(to),
  ),
  ...[
    LEASE,
    DOCUMENT,
    ...NODES_SAY,
    "$JS.API.STREAM.PURGE.KV_dhcp-leases",
    "$JS.API.STREAM.DELETE.KV_dhcp-network",
  ].flatMap((to) => answersTo(to, { stream: "KV_dhcp-inventory", subject: "$KV.dhcp-inventory.host.own" })),
  ...STREAMS.flatMap(stream),
  ...MAKES,
  asks("STREAM.MSG.GET.KV_dhcp-leases", { last_by_subj: "$KV.dhcp-leases.10.77.0.9" }),
  asks("STREAM.INFO.KV_dhcp-leases"),
  asks("CONSUMER.CREATE.KV_dhcp-leases.thief", {}),
  rollUp(LEASE),
  ...["dhcp.>", "_INBOX_n1.>", "_INBOX_n7.>", "_INBOX_ctl.>", "$KV.>", "$JS.>"].map(hears),
  ...SERVERS,
];

export const DHCPD_MAY_NOT: readonly Attempt[] = [
  ...[HOST, "$KV.dhcp-network.other", "$KV.dhcp-leases.any", "$KV.dhcp-leases.10.77.0.9.9"].map((to) =>
    publishes(to),
  ),
  ...[
    HOST,
    "$JS.API.STREAM.PURGE.KV_dhcp-inventory",
    "$JS.API.STREAM.DELETE.KV_dhcp-inventory",
    "$JS.API.STREAM.DELETE.KV_dhcp-network",
  ].flatMap((to) => answersTo(to, { stream: "KV_dhcp-leases", subject: "$KV.dhcp-leases.10.77.0.99" })),
  ...STREAMS.flatMap(stream),
  ...MAKES,
  rollUp(HOST),
  ...["_INBOX_s1.>", "_INBOX_ctl.>", "$KV.>", "$JS.>"].map(hears),
  ...SERVERS,
];

/** It reads the store, and says that it lives. */
export const BOOTD_MAY_NOT: readonly Attempt[] = [
  ...[LEASE, DOCUMENT, MEMBER, HOST, ...NODES_SAY].map((to) => publishes(to)),
  ...[
    LEASE,
    DOCUMENT,
    HOST,
    ...NODES_SAY,
    "$JS.API.STREAM.PURGE.KV_dhcp-leases",
    "$JS.API.STREAM.DELETE.KV_dhcp-network",
  ].flatMap((to) => answersTo(to, { stream: "KV_dhcp-leases", subject: "$KV.dhcp-leases.10.77.0.99" })),
  ...STREAMS.flatMap(stream),
  ...MAKES,
  asks("STREAM.INFO.dhcp-lease-log"),
  asks("STREAM.MSG.GET.dhcp-boot-log", { seq: 1 }),
  rollUp(LEASE),
  ...["dhcp.node.>", "dhcp.stored.>", "dhcp.commit.>", "dhcp.ask.>", "_INBOX_n1.>", "_INBOX_ctl.>"].map(
    hears,
  ),
  ...["$KV.>", "$JS.>"].map(hears),
  ...SERVERS,
];

const OWN_OF_ADMIN = { stream: "KV_dhcp-network", subject: "$KV.dhcp-network.scratch" };

/** It may do all to the store; it is no node, no syncer and no server. */
export const ADMIN_MAY_NOT: readonly Attempt[] = [
  ...NODES_SAY.map((to) => publishes(to)),
  ...NODES_SAY.flatMap((to) => answersTo(to, OWN_OF_ADMIN)),
  {
    what: "have a stream republish to dhcp.stored.n9",
    run: async (as) => {
      const republish = { src: "scratch.>", dest: "dhcp.stored.>" };
      const config = json({ name: "scratch", subjects: ["scratch.>"], storage: "memory", republish });
      await as.request("$JS.API.STREAM.CREATE.scratch", config, { timeout: 2000 });
      await as.request("scratch.n9", "forged 1 1\n10.77.0.10 0 {}\n", { timeout: 2000 });
      await as.request("$JS.API.STREAM.DELETE.scratch", "", { timeout: 2000 });
    },
  },
  ...["dhcp.>", "_INBOX_n1.>", "_INBOX_n7.>", "_INBOX_s1.>"].map(hears),
  ...SERVERS,
];

/** It watches and stops servers; it is in an account without a store. */
export const SYS_MAY_NOT: readonly Attempt[] = [
  ...[LEASE, DOCUMENT, MEMBER, HOST, ...NODES_SAY].map((to) => publishes(to)),
  ...STREAMS.flatMap(stream),
  asks("STREAM.CREATE.thief", { name: "thief", subjects: ["dhcp.>"] }),
  asks("STREAM.MSG.GET.KV_dhcp-leases", { last_by_subj: "$KV.dhcp-leases.10.77.0.9" }),
  ...["dhcp.>", "_INBOX_n1.>", "_INBOX_s1.>", "$KV.>"].map(hears),
];
