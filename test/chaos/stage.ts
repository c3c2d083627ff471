// What every run of chaos needs: a lab whose clocks, disks and power can fail, clients of each kind, a capture, and afterwards
// what the store holds.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LEASE_LOG, LEASES, streamOf } from "@leasehold/bus";
import { formatIpv4 } from "@leasehold/protocol";
import { missedBy } from "../lab/capture.ts";
import { type ClientProgram, clientPrograms, RunningClient } from "../lab/clients/index.ts";
import { Lab } from "../lab/lab.ts";
import { defaultName } from "../lab/layout.ts";
import { until } from "../lab/shell.ts";
import { wiresOf } from "../lab/wire.ts";
import { LAN_BRIDGE } from "../lab/wires.ts";
import { check, type Findings } from "./check.ts";
import type { FaultRecord } from "./fault-record.ts";
import { keepEveryEvent, readStream, type StoredMessage } from "./lease-log.ts";
import { macOf, RESERVED_MAX, reservedAddress } from "./population.ts";

const DISK_MEGABYTES = 4096;
/** Of eth0 and of lan0. */
const BRIDGES = ["br0", LAN_BRIDGE];
const LOG_CATCHES_UP_SECONDS = 60;

export interface Scenery {
  /** Short, so that minutes see each client many times. */
  readonly leaseSeconds: number;
  /** The last address of the pool, which begins at 10.77.16.0. */
  readonly poolEnd: string;
  /** Which server identifier clients are told; the floating address, unless said otherwise. */
  readonly serverIdentifier?: "floating" | "per-node" | undefined;
  /** JetStream's, where it is not to be `always`. */
  readonly syncInterval?: string | undefined;
}

/** Room for some hundred clients: addresses change hands. */
export const SMALL_POOL = "10.77.17.255";
export const LARGE_POOL = "10.77.254.254";

export class Stage {
  readonly lab: Lab;

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  static async build(scenery: Scenery, say: (line: string) => void): Promise<Stage> {
    const { syncInterval } = scenery;
    const folder = mkdtempSync(join(tmpdir(), "leasehold-chaos-"));
    const network = join(folder, "network.yaml");
    writeFileSync(network, networkOf(scenery));
    const inventory = join(folder, "inventory.json");
    writeFileSync(inventory, JSON.stringify(inventoryOf()));
    try {
      const options = {
        clients: clientPrograms.length,
        ...{ clocks: true, lan: true },
        diskMegabytes: DISK_MEGABYTES,
        ...(syncInterval && { syncInterval }),
      };
      const lab = await Lab.up({ name: `${defaultName()}chaos`, network, inventory, ...options }, say);
      await keepEveryEvent(lab);
      for (const bridge of BRIDGES) await lab.startCapture(undefined, bridge);
      return new Stage(lab);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** dhclient, udhcpc and dhcpcd, each on a host of its own, with a lease. */
  realClients(): Promise<RunningClient[]> {
    const start = async (program: ClientProgram, i: number) => {
      const client = new RunningClient(this.lab, `c${i + 1}`, program);
      await client.lease();
      return client;
    };
    return Promise.all(clientPrograms.map(start));
  }

  /** Ends the capture, and judges by it and by what the store holds. */
  async judge(faults: readonly FaultRecord[], isStoreLost: boolean): Promise<Findings> {
    const files: string[] = [];
    for (const bridge of BRIDGES) files.push(await this.lab.stopCapture(bridge));
    const wire = wiresOf(files);
    if (isStoreLost) {
      const { bucket, log } = await this.readAnyway();
      return check({ wire, bucket, log, faults, isStoreLost });
    }
    const { bucket, log } = await until(
      "the lease log has all that the bucket has",
      LOG_CATCHES_UP_SECONDS,
      () => this.readStore(),
    ).catch(() => this.readAnyway());
    return check({ wire, bucket, log, faults });
  }

  private async readStore() {
    const read = await this.readAnyway();
    return read.log.length >= read.bucket.length && read;
  }

  private async readAnyway(): Promise<{ bucket: StoredMessage[]; log: StoredMessage[] }> {
    const bucket = await readStream(this.lab, streamOf(LEASES));
    return { bucket, log: await readStream(this.lab, LEASE_LOG) };
  }

  /** How many packets the captures missed, by their own words. */
  get missed(): number {
    return BRIDGES.reduce((sum, bridge) => sum + missedBy(this.lab.state, bridge), 0);
  }

  get captureFolder(): string {
    return `${this.lab.state.directory}/captures`;
  }
}

const IDENTIFIERS = { floating: "{ mode: floating, address: 10.77.0.2 }", "per-node": "{ mode: per-node }" };

const networkOf = ({ leaseSeconds, poolEnd, serverIdentifier = "floating" }: Scenery) => `version: 1
cluster: { serverIdentifier: ${IDENTIFIERS[serverIdentifier]} }
defaults:
  lease: { seconds: ${leaseSeconds} }
  options: { domainName: hpc.example }
subnets:
  - id: compute
    prefix: 10.77.0.0/16
    interface: eth0
    authoritative: true
    options: { routers: [10.77.0.1] }
    pools:
      - range: 10.77.16.0-${poolEnd}
        for: unknown
  - id: lan
    prefix: 10.78.0.0/16
    interface: lan0
    authoritative: true
    pools: [{ range: 10.78.16.0-10.78.31.255 }]
`;

/** In SMD's shapes: the reserved clients of the population, and the hosts of the real ones. */
function inventoryOf() {
  const reserved = Array.from({ length: RESERVED_MAX }, (_, i) => ({
    mac: macOf("reserved", i),
    address: formatIpv4(reservedAddress(i)),
  }));
  const real = clientPrograms.map((_, i) => ({
    mac: `02:1e:a5:0c:00:0${i + 1}`,
    address: `10.77.2.${i + 1}`,
  }));
  const hosts = [...reserved, ...real].map((host, i) => ({ ...host, id: `x1000c0s${i}b0n0`, nid: i + 1 }));
  return {
    EthernetInterfaces: hosts.map(({ id, mac, address }) => ({
      MACAddress: mac,
      ComponentID: id,
      IPAddresses: [{ IPAddress: address }],
    })),
    Components: hosts.map(({ id, nid }) => ({ ID: id, Type: "Node", Role: "Compute", NID: nid })),
  };
}
