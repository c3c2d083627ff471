// Who is meant by what somebody writes: a hardware address, a client's identity, an address, a host name, or a host's id. All
// that it may be is looked for: in the leases, the inventory and the network document.
import type { Host, Inventory } from "@leasehold/inventory";
import type { Lease, LeaseView } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import {
  type ClientId,
  clientIdFromBytes,
  clientIdOfHardware,
  encodeOption,
  type Ipv4,
  isCalled,
  type Mac,
  macBytes,
  parseClientId,
  parseHardwareAddress,
  parseHostName,
  parseIpv4,
  parseMac,
  parseWrittenIpv4,
} from "@leasehold/protocol";

export interface Known {
  readonly view: LeaseView;
  readonly inventory: Inventory;
  readonly network: Network;
}

/** What a text can be; at least one of them. */
export interface Identity {
  readonly text: string;
  readonly address?: Ipv4;
  readonly mac?: Mac;
  readonly client?: ClientId;
  /** A host name, in lower case. */
  readonly name?: string;
}

/** Undefined when it can be nothing of all that. */
export function identityIn(text: string, inventory: Inventory): Identity | undefined {
  const address = parseWrittenIpv4(text);
  if (address !== undefined) return { text, address };
  const mac = parseHardwareAddress(text);
  const client = parseClientId(text);
  const isNameLike = /^[a-z0-9_]([\w.-]*[\w.])?$/i.test(text.trim()) && !/^[\d.]*\.[\d.]*$/.test(text.trim());
  const name = isNameLike ? parseHostName(text) : undefined;
  const isHost = inventory.host(text) !== undefined;
  if (mac === undefined && client === undefined && name === undefined && !isHost) return undefined;
  return {
    text,
    ...(mac !== undefined && { mac }),
    ...(client !== undefined && { client }),
    ...(name !== undefined && { name }),
  };
}

/** Whether a lease is of whom is meant. */
export function isLeaseOf(lease: Lease, identity: Identity, inventory: Inventory): boolean {
  const { text, address, mac, client, name } = identity;
  if (address !== undefined) return lease.address === address;
  if (mac !== undefined && (lease.mac === mac || lease.client === identityOfMac(mac))) return true;
  if (client !== undefined && lease.client === client) return true;
  if (lease.host !== undefined && lease.host === text) return true;
  if (name === undefined) return false;
  const host = lease.host === undefined ? undefined : inventory.host(lease.host);
  return isCalled(name, lease.hostname) || isCalled(name, lease.host) || isCalled(name, host?.hostname);
}

/** Whether a host of the inventory is who is meant. */
export function isHostCalled(host: Host, { text, address, mac, client, name }: Identity): boolean {
  if (host.id === text) return true;
  if (address !== undefined)
    return host.interfaces.some((one) => one.addresses.some((claim) => claim.address === address));
  return (
    host.interfaces.some((one) => one.mac === mac || isClientOf(one, client)) ||
    (name !== undefined && (isCalled(name, host.id) || isCalled(name, host.hostname)))
  );
}

function isClientOf({ mac, clientId }: Host["interfaces"][number], client: ClientId | undefined): boolean {
  return client !== undefined && (clientId === client || identityOfMac(mac) === client);
}

/** By what the client's packets are known. */
export interface Client {
  readonly mac: Mac | undefined;
  readonly client: ClientId | undefined;
}

/** The clients that are meant, apart from leases: by itself, by the inventory, by reservations of the document. */
export function clientsOf(identity: Identity, { inventory, network }: Omit<Known, "view">): Client[] {
  const { mac, client } = identity;
  const itself = mac === undefined && client === undefined ? [] : [{ mac, client }];
  const hosts = [...inventory.hosts()].filter((host) => isHostCalled(host, identity));
  const interfaces = hosts.flatMap((host) =>
    host.interfaces.map((one) => ({ mac: one.mac, client: one.clientId })),
  );
  return [...itself, ...interfaces, ...reserved(identity, network)];
}

function reserved({ address, name }: Identity, network: Network): Client[] {
  if (address === undefined && name === undefined) return [];
  return network.document.subnets.flatMap(({ reservations = [] }) =>
    reservations.flatMap((one) => {
      const isAddress =
        address !== undefined && one.address !== undefined && parseIpv4(one.address) === address;
      const isName = name !== undefined && isCalled(name, one.hostname);
      if (!isAddress && !isName) return [];
      const client = one.clientId === undefined ? undefined : encodeOption("clientIdentifier", one.clientId);
      return [
        {
          mac: one.mac === undefined ? undefined : parseMac(one.mac),
          client: client && clientIdFromBytes(client),
        },
      ];
    }),
  );
}

export function clientOfLease({ mac, client }: Lease): Client {
  return { mac, client };
}

/** As a client without option 61 on Ethernet is known. */
function identityOfMac(mac: Mac): ClientId {
  return clientIdOfHardware(1, macBytes(mac));
}
