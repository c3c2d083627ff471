// What somebody may do to the buckets past Leasehold, on a node of the lab: `store-admin.ts USER PASSWORD WHAT WORDS…`, with
//   rollup BUCKET KEY       one message that replaces all others; prints what the server says
//   empty BUCKET            lets every record go by age, as one edit of the stream can, and puts the settings back
//   unprotect BUCKET        makes it anew as Leasehold 0.1 did: a rollup or a purge empties it
//   purge BUCKET            `nats stream purge`; prints what the server says
//   put BUCKET KEY TEXT     stores a text, whatever is there
//   remove BUCKET KEY       `nats kv del`
//   read BUCKET KEY         prints what is there
import { setTimeout as passing } from "node:timers/promises";
import { connectBus, headers, readRecord, streamOf, subjectOf } from "@leasehold/bus";
import { reasonOf } from "@leasehold/document/operator-error";

const [user = "", password = "", what, bucket = "", key = "", text = ""] = process.argv.slice(2);
const SECOND = 1_000_000_000;

const bus = await connectBus({ name: "n1", servers: ["127.0.0.1:4222"], user, password });
const stream = streamOf(bucket);
const answers: Readonly<Record<string, () => Promise<string>>> = {
  rollup: () => publish("{}", { "Nats-Rollup": "all" }),
  put: () => publish(text),
  remove: () => publish("", { "KV-Operation": "DEL" }),
  purge: async () => `purged ${(await bus.jsm.streams.purge(stream)).purged}`,
  async empty() {
    const { config } = await bus.jsm.streams.info(stream);
    await bus.jsm.streams.update(stream, { ...config, max_age: SECOND / 10, duplicate_window: SECOND / 10 });
    while ((await bus.jsm.streams.info(stream)).state.messages > 0) await passing(50);
    await bus.jsm.streams.update(stream, config);
    return "emptied";
  },
  async unprotect() {
    const { config } = await bus.jsm.streams.info(stream);
    await bus.jsm.streams.delete(stream);
    await bus.jsm.streams.add({ ...config, allow_rollup_hdrs: true, deny_purge: false });
    return "unprotected";
  },
  read: async () => JSON.stringify((await readRecord(bus, bucket, key))?.value),
};
const act = answers[what ?? ""];
if (act === undefined) throw new Error(`What is "${what}"?`);
console.log(await act().catch((cause) => `refused: ${reasonOf(cause)}`));
await bus.close();

async function publish(data: string, named: Readonly<Record<string, string>> = {}): Promise<string> {
  const given = headers();
  for (const [name, value] of Object.entries(named)) given.set(name, value);
  const { seq } = await bus.js.publish(subjectOf(bucket, key), new TextEncoder().encode(data), {
    headers: given,
  });
  return `stored ${seq}`;
}
