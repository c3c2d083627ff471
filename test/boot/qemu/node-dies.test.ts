// A node dies while the machine boots, and the machine comes to its script all the same, by its own retries. The next
// server is the cluster's address, which another node has taken by then.
import { MessageType } from "@leasehold/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { until } from "../../lab/shell.ts";
import { firmwareOf } from "../../run/firmware-packages.ts";
import { type BootHost, type BootRoom, bootRoomForTests, URLS } from "./boot-room.ts";
import { linuxFiles } from "./initrd.ts";
import { bios, type MachineKind, ovmf } from "./machine-kinds.ts";

const ADDRESS = "10.77.0.2";
const CLUSTER = { serverIdentifier: { mode: "floating", address: ADDRESS } };
const LOADER = "ipxe.efi";

const kinds: readonly (readonly [string, MachineKind])[] = [
  ["bios", bios],
  ["ovmf", ovmf("bookworm", "pxe")],
  ["ovmf-http", ovmf("bookworm", "http")],
];
const hosts: readonly BootHost[] = kinds.map(([name, kind]) => ({ name, kind }));

const room = bootRoomForTests("dies", hosts, {
  files: { [LOADER]: `${firmwareOf("bookworm")}/boot/ipxe.efi`, ...linuxFiles() },
  boot: {
    ...{ nextServer: "cluster", urls: [`http://${ADDRESS}:8069`, ...URLS] },
    loaders: { "uefi-x64": LOADER },
  },
  cluster: CLUSTER,
});

/** The moment at which a node dies, and which node. */
interface Moment {
  readonly name: string;
  /** Undefined: not yet. `carrier`: the node that has the cluster's address. */
  victim(room: BootRoom, carrier: string): Promise<string | undefined> | string | undefined;
}

const moments: readonly Moment[] = [
  { name: "that has sent the OFFER", victim: (at) => at.sentBy(MessageType.OFFER) },
  {
    name: "that is to be asked for files, when the ACK is there",
    victim: (at, carrier) => at.sentBy(MessageType.ACK) && carrier,
  },
  {
    name: "that has sent the script, while the kernel is on its way",
    victim: async (at) =>
      (await at.served()).find(({ name, outcome }) => name.startsWith("/boot/ipxe") && outcome === "complete")
        ?.node,
  },
];

beforeEach(() => room().allNodesUp());

describe.each(kinds.map(([name]) => name))("%s", (name) => {
  test.each(moments)("the node dies $name", async ({ victim }) => {
    const carrier = await room().carrierOf(ADDRESS);
    const machine = await room().switchOn(name);
    const node = await until("a node answers", 120, async () => victim(room(), carrier), 2);
    await room().lab.kill(node);
    const { seconds } = await machine.shows(room().ownLine(name), 170);
    const linux = await machine.shows(room().userspace(name), 100);
    console.log(
      `${name}: ${node} dies, ${carrier} had the address; script ${seconds.toFixed(1)} s, Linux ${linux.seconds.toFixed(1)} s`,
    );
    expect(room().lab.running()[node]).toMatchObject({ dhcpd: false, bootd: false, nats: false });
  });
});
