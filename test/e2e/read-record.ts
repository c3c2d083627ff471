// Prints what a bucket holds under a key, octet by octet. Runs on a node of the lab:
//   read-record.ts <servers> <user> <bucket> <key>        the password is in LEASEHOLD_NATS_PASSWORD
import { connectBus } from "@leasehold/bus";

const [servers, user, bucket, key] = process.argv.slice(2);
const password = process.env.LEASEHOLD_NATS_PASSWORD;
const bus = await connectBus({ name: "reader", servers: servers!.split(","), user, password });
const message = await bus.jsm.streams.getMessage(`KV_${bucket}`, { last_by_subj: `$KV.${bucket}.${key}` });
process.stdout.write(message?.data ?? new Uint8Array(0));
await bus.close();
