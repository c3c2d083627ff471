// The clients of the matrix: which of them remember an address, and which probe one; and what makes them do either.
import { encode, encodeOption, ipv4, type Mac, MessageType, macBytes, parseIpv4 } from "@leasehold/protocol";
import { dhclient } from "../lab/clients/dhclient.ts";
import { dhcpcd } from "../lab/clients/dhcpcd.ts";
import type { ClientProgram, RunningClient } from "../lab/clients/index.ts";
import { keepingNetworkd, networkd } from "../lab/clients/networkd.ts";
import { udhcpc } from "../lab/clients/udhcpc.ts";

export interface MatrixClient {
  readonly name: ClientProgram["name"];
  readonly program: ClientProgram;
  /** Asks for what it remembers after a restart; else a sentence says why not. */
  readonly reboots: ClientProgram | string;
  /** Probes an address by ARP and declines it; else a sentence says why not. */
  readonly declines: ClientProgram | string;
  /** Has it remember an address of another network, with an hour to go. */
  remember?(client: RunningClient, address: string): Promise<void>;
}

export const matrixClients: readonly MatrixClient[] = [
  {
    name: "dhclient",
    program: dhclient,
    reboots: dhclient,
    declines: "Debian's dhclient-script does not probe",
    remember: (client, address) => write(client, "/var/lib/dhcp/dhclient.leases", dhclientLease(address)),
  },
  {
    name: "udhcpc",
    program: udhcpc,
    reboots: "it remembers nothing",
    declines: { ...udhcpc, argv: [...udhcpc.argv, "-a"] },
  },
  {
    name: "dhcpcd",
    program: dhcpcd,
    reboots: dhcpcd,
    declines: dhcpcd,
    // It keeps the ACK as it came.
    remember: (client, address) => write(client, "/var/lib/dhcpcd/eth0.lease", ackOf(client, address)),
  },
  {
    name: "systemd-networkd",
    program: networkd,
    reboots: keepingNetworkd,
    declines: "version 252 tries, but has no route by then",
    async remember(client, address) {
      const lifetime = ["valid_lft", "3600", "preferred_lft", "3600"];
      await client.lab.exec(client.host, [
        "ip",
        "address",
        "add",
        `${address}/16`,
        "dev",
        "eth0",
        ...lifetime,
      ]);
    },
  },
];

/** Forgets all that the client has stored, so that it starts with DISCOVER. */
export async function forget({ lab, host }: RunningClient): Promise<void> {
  const files = "rm -f /var/lib/dhcp/*.leases /var/lib/dhcpcd/*.lease; rm -rf /run/systemd/netif /run/dhcpcd";
  await lab.exec(host, ["sh", "-c", files]);
}

async function write(
  { lab, host }: RunningClient,
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  const encoded = Buffer.from(content).toString("base64");
  const { code, stderr } = await lab.exec(host, ["sh", "-c", `base64 -d >${file}`], { input: encoded });
  if (code !== 0) throw new Error(`${file} on ${host} cannot be written: ${stderr}`);
}

function dhclientLease(address: string): string {
  const at = (seconds: number) =>
    new Date(Date.now() + seconds * 1000).toISOString().replace(/-/g, "/").replace("T", " ").slice(0, 19);
  return `lease {
  interface "eth0";
  fixed-address ${address};
  option subnet-mask 255.255.0.0;
  option dhcp-lease-time 3600;
  option dhcp-message-type 5;
  option dhcp-server-identifier 10.99.0.1;
  renew 6 ${at(1800)};
  rebind 6 ${at(3100)};
  expire 6 ${at(3600)};
}
`;
}

function ackOf(client: RunningClient, address: string): Uint8Array {
  const bytes = new Uint8Array(548);
  const none = ipv4(0);
  const length = encode(
    {
      op: 2,
      htype: 1,
      hlen: 6,
      hops: 0,
      xid: 1,
      secs: 0,
      flags: 0,
      ciaddr: none,
      yiaddr: parseIpv4(address)!,
      siaddr: none,
      giaddr: none,
      chaddr: macBytes(client.lab.host(client.host).mac as Mac),
      options: [
        [53, Uint8Array.of(MessageType.ACK)],
        [54, encodeOption("serverIdentifier", parseIpv4("10.99.0.1")!)],
        [51, Uint8Array.of(0, 0, 0x0e, 0x10)],
        [1, Uint8Array.of(255, 255, 0, 0)],
      ],
    },
    bytes,
  );
  return bytes.subarray(0, length);
}
