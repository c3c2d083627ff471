// What an operator may do to the stream of the leases: `lease-stream.ts PASSWORD delete | make | backup FILE | restore FILE`, on a
// node of the lab. Backup and restore are the JetStream API's, as `nats stream backup` and `nats stream restore` use it.
import { readFileSync, writeFileSync } from "node:fs";
import { type Bus, connectBus, ensureObjects, LEASES, streamOf } from "@leasehold/bus";

const [password = "", what, file = ""] = process.argv.slice(2);
const STREAM = streamOf(LEASES);

interface Backup {
  readonly config: object;
  readonly state: object;
  /** Of the archive, in base64. */
  readonly chunks: readonly string[];
}

const bus = await connectBus({ name: "n1", servers: ["127.0.0.1:4222"], user: "admin", password });
switch (what) {
  case "delete":
    await bus.jsm.streams.delete(STREAM);
    break;
  case "make":
    await ensureObjects(bus, { replicas: 3 });
    break;
  case "backup":
    writeFileSync(file, JSON.stringify(await backup(bus)));
    break;
  case "restore":
    await restore(bus, JSON.parse(readFileSync(file, "utf8")) as Backup);
    break;
  default:
    throw new Error(`What is "${what}"?`);
}
await bus.close();

async function backup({ nc }: Bus): Promise<Backup> {
  const inbox = "_INBOX.backup";
  const chunks: string[] = [];
  const arriving = nc.subscribe(inbox);
  const asked = JSON.stringify({ deliver_subject: inbox, no_consumers: true, chunk_size: 65_536 });
  const reply = await nc.request(`$JS.API.STREAM.SNAPSHOT.${STREAM}`, asked, { timeout: 5000 });
  const { config, state, error } = reply.json<Backup & { error?: unknown }>();
  if (error !== undefined) throw new Error(JSON.stringify(error));
  for await (const message of arriving) {
    if (message.data.length === 0) break;
    chunks.push(Buffer.from(message.data).toString("base64"));
    message.respond();
  }
  return { config, state, chunks };
}

async function restore({ nc }: Bus, { config, state, chunks }: Backup): Promise<void> {
  const ask = async (subject: string, data: string | Uint8Array) => {
    const reply = (await nc.request(subject, data, { timeout: 20_000 })).data;
    const answer = (reply.length === 0 ? {} : JSON.parse(Buffer.from(reply).toString())) as {
      readonly error?: unknown;
      readonly deliver_subject?: string;
    };
    if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
    return answer;
  };
  const begun = await ask(`$JS.API.STREAM.RESTORE.${STREAM}`, JSON.stringify({ config, state }));
  for (const chunk of chunks) await ask(begun.deliver_subject!, Buffer.from(chunk, "base64"));
  await ask(begun.deliver_subject!, "");
}
