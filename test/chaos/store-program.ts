// Runs on a node of the lab, as the store's administrator; the password is in LEASEHOLD_NATS_PASSWORD:
//   store-program.ts <servers> <user> keep-all             the bucket of leases forgets no event from now on
//   store-program.ts <servers> <user> dump <stream> FILE   every message of a stream, a line of JSON each
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { type Bus, connectBus, LEASES, streamInfo, streamOf } from "@leasehold/bus";
import { decodeLeaseEvent } from "@leasehold/leases";
import { briefly, type StoredMessage } from "./lease-log.ts";

const [servers, user, act, stream, file] = process.argv.slice(2);
const password = process.env.LEASEHOLD_NATS_PASSWORD;
const bus = await connectBus({ name: "chaos", servers: servers!.split(","), user, password });
if (act === "dump") await dump(bus, stream!, file!);
else await bus.jsm.streams.update(streamOf(LEASES), { max_msgs_per_subject: -1 });
await bus.close();

async function dump(from: Bus, name: string, to: string): Promise<void> {
  // A stream that a power cut took holds nothing.
  const info = await streamInfo(from, name);
  const output = openSync(to, "w");
  if (info && info.state.messages > 0) {
    const consumer = await from.js.consumers.get(name, {});
    for await (const message of await consumer.consume({ max_messages: 1000 })) {
      const line: StoredMessage = {
        seq: message.seq,
        at: message.info.timestampNanos / 1e6,
        subject: message.subject,
        source: message.headers?.get("Nats-Stream-Source") ?? "",
        digest: createHash("sha1").update(message.data).digest("base64url"),
        event: briefly(decodeLeaseEvent(message.data)),
      };
      writeSync(output, `${JSON.stringify(line)}\n`);
      if (message.info.pending === 0) break;
    }
  }
  closeSync(output);
}
