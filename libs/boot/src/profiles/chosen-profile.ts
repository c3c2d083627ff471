// The profile of a machine: what the document's levels say where the machine is, as for everything else that it gets.
import {
  type BootProfile,
  type BootSettings,
  type ClientFacts,
  type DocumentReservation,
  isNamed,
  type Network,
  reservationOnLink,
  type Subnet,
} from "@leasehold/network";
import {
  decode,
  type EncodedOption,
  encode,
  type Ipv4,
  ipv4,
  type Mac,
  macBytes,
  type Packet,
} from "@leasehold/protocol";
import type { BootMachine } from "./machine.ts";
import { processorOf } from "./processor.ts";

/** A machine at its place in the document. */
export interface Placed {
  readonly profile: BootProfile;
  /** Why it is not a profile that the document chooses; undefined where it is. */
  readonly reason?: string;
  readonly settings?: BootSettings;
  readonly subnet?: Subnet;
  readonly reservation?: DocumentReservation;
  readonly address?: Ipv4 | undefined;
  readonly mac?: Mac;
}

export function placed(network: Network, machine: BootMachine): Placed {
  const mac = machine.mac ?? machine.host?.interfaces[0]?.mac;
  const address = machine.address ?? addressOf(machine, mac);
  const subnet = subnetOf(network, address);
  const explained = (reason: string) => ({ profile: network.bootProfile("explain")!, reason, address });
  if (subnet === undefined)
    return { ...explained("it has no address here, so that its subnet is not known"), ...(mac && { mac }) };
  if (mac === undefined) {
    const settings = network.settingsFor(subnet, undefined, [], undefined).boot;
    return { ...explained("its hardware address is not known"), subnet, ...(settings && { settings }) };
  }
  const found = atPlace(network, machine, { mac, subnet, address });
  return { mac, subnet, ...found, address: address ?? found.reservation?.address };
}

function atPlace(
  network: Network,
  machine: BootMachine,
  { mac, subnet, address }: { mac: Mac; subnet: Subnet; address: Ipv4 | undefined },
) {
  const facts = factsOf(machine, mac, subnet);
  const reservation = reservationOnLink(subnet.link, facts)?.reservation;
  const pool = address === undefined ? undefined : subnet.poolOf(address);
  const settings = network.settingsFor(subnet, pool, network.classesOf(facts), reservation).boot;
  const isKnown = isNamed(machine.host, reservation);
  const base = { ...(reservation && { reservation }), ...(settings && { settings }) };
  const profile = settings ? profileIn(network, settings, isKnown) : network.bootProfile("explain")!;
  if (settings === undefined)
    return { ...base, profile, reason: `boot is not set for it in subnet ${subnet.id}` };
  if (!settings.enabled)
    return { ...base, profile: network.bootProfile("explain")!, reason: "boot.enabled is false for it" };
  return profile.id === "explain"
    ? { ...base, profile, reason: whyExplained(isKnown) }
    : { ...base, profile };
}

/**
 * What the document's levels say for a machine.
 * @param isKnown to the inventory, or by a reservation.
 */
export function profileIn(
  network: Network,
  { profile, unknown }: BootSettings,
  isKnown: boolean,
): BootProfile {
  return network.bootProfile(isKnown ? profile : unknown)!;
}

function whyExplained(isKnown: boolean): string {
  return isKnown
    ? "no boot.profile is set for it"
    : "it is unknown: neither the inventory nor a reservation has it";
}

/** The address that the inventory has for the interface. */
function addressOf({ host }: BootMachine, mac: Mac | undefined): Ipv4 | undefined {
  const own = host?.interfaces.find((one) => one.mac === mac) ?? host?.interfaces[0];
  return own?.addresses[0]?.address;
}

/** A machine without an address is where there is only one subnet to be in. */
function subnetOf({ subnets, subnetContaining }: Network, address: Ipv4 | undefined): Subnet | undefined {
  if (address !== undefined) return subnetContaining(address);
  return subnets.length === 1 ? subnets[0] : undefined;
}

function factsOf(machine: BootMachine, mac: Mac, subnet: Subnet): ClientFacts {
  const { host, agent, giaddr } = machine;
  return { packet: packetOf(machine, mac), mac, host, subnet, agent, giaddr };
}

/**
 * The packet by which its loader would ask for an address: classes look at one. Of what a packet may say, it says what is known of the
 * machine: PXEClient, the architecture, the UUID that the inventory has is compared there and not here.
 */
function packetOf({ arch, host }: BootMachine, mac: Mac): Packet {
  const code = processorOf(arch ?? host?.arch ?? "")?.code;
  const bytes = new Uint8Array(600);
  const text = (value: string) => new TextEncoder().encode(value);
  const vendorClass =
    code === undefined ? "PXEClient" : `PXEClient:Arch:${String(code).padStart(5, "0")}:UNDI:003010`;
  const options: EncodedOption[] = [
    [53, Uint8Array.of(1)],
    [60, text(vendorClass)],
    [77, text("iPXE")],
    ...(code === undefined ? [] : [[93, Uint8Array.of(code >> 8, code & 255)] as EncodedOption]),
  ];
  const zero = ipv4(0);
  const length = encode(
    {
      ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: 0, secs: 0, flags: 0 },
      ...{ ciaddr: zero, yiaddr: zero, siaddr: zero, giaddr: zero, chaddr: macBytes(mac), options },
    },
    bytes,
    { maximumSize: 576 },
  );
  const decoded = decode(bytes.subarray(0, length));
  if (!decoded.ok) throw new Error(`A packet of ours cannot be read: ${decoded.failure}.`);
  return decoded.packet;
}
