// What the store holds of an address, as the newest event about it says.
import type { Lab } from "../lab/lab.ts";
import { typescript } from "../lab/service.ts";

export async function storedRecord(lab: Lab, address: string): Promise<Record<string, unknown>> {
  const { nats } = lab.layout();
  const words = [nats.servers.join(), nats.user, "dhcp-leases", address];
  const env = { LEASEHOLD_NATS_PASSWORD: nats.password };
  const { stdout } = await lab.exec("n1", [...typescript("test/e2e/read-record.ts"), ...words], { env });
  return JSON.parse(stdout) as Record<string, unknown>;
}
