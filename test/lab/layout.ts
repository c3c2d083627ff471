// What a lab consists of: its hosts, their namespaces and addresses. A plan, made before anything is built.
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder, with a slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

export type Role = "switch" | "node" | "syncer" | "client" | "relay";

export interface LabHost {
  readonly name: string;
  readonly role: Role;
  readonly namespace: string;
  readonly mac: string;
  /** On eth0; clients have none. */
  readonly address?: string;
  /** The API inside the lab. */
  readonly api?: string;
}

export interface LabPlan {
  readonly name: string;
  /** Configurations, logs, pids and stores. */
  readonly directory: string;
  readonly hosts: readonly LabHost[];
}

export const PREFIX_LENGTH = 16;
export const NODE_API_PORT = 8067;
export const SYNCER_API_PORT = 8068;
export const SMD_PORT = 27779;
export const BOOT_HTTP_PORT = 8069;
export const BOOT_API_PORT = 8070;

/** What all boot servers of a lab serve. */
export const bootFolder = ({ directory }: Pick<LabPlan, "directory">): string => `${directory}/boot`;

/** The door of a node's boot server: its API. */
export const bootDoor = ({ name }: Pick<LabHost, "name">): string => `${name}-boot`;

/** Two clones of the repository have labs of different names. */
export function defaultName(): string {
  return createHash("sha256").update(root).digest("hex").slice(0, 6);
}

export function directoryOf(name: string): string {
  return join(tmpdir(), `leasehold-lab-${name}`);
}

export function namespaceOf(lab: string, host: string): string {
  return `lh-${lab}-${host}`;
}

export function plan(name: string, nodes: number, clients: number): LabPlan {
  if (!/^[a-z0-9]{1,20}$/.test(name)) {
    throw new Error(`A lab's name is 1–20 lower-case letters and digits; "${name}" is not.`);
  }
  const host = (role: Role, index: number, short: string, more: Partial<LabHost> = {}): LabHost => ({
    name: short,
    role,
    namespace: namespaceOf(name, short),
    mac: macOf(role, index),
    ...more,
  });
  const served = (address: string, port: number) => ({ address, api: `http://${address}:${port}` });
  const count = (many: number) => Array.from({ length: many }, (_, i) => i + 1);
  return {
    name,
    directory: directoryOf(name),
    hosts: [
      host("switch", 0, "sw", { address: "10.77.0.254" }),
      ...count(nodes).map((i) => host("node", i, `n${i}`, served(`10.77.0.${10 + i}`, NODE_API_PORT))),
      host("syncer", 1, "s1", served("10.77.0.20", SYNCER_API_PORT)),
      ...count(clients).map((i) => host("client", i, `c${i}`)),
      host("relay", 1, "r1", { address: "10.77.0.250" }),
    ],
  };
}

const roleByte: Readonly<Record<Role, number>> = { switch: 0, node: 1, syncer: 2, client: 0xc, relay: 0xe };

// Locally administered and the same in every lab, so that an inventory can name the clients before they exist.
function macOf(role: Role, index: number): string {
  const byte = (n: number) => n.toString(16).padStart(2, "0");
  return `02:1e:a5:${byte(roleByte[role])}:${byte(index >> 8)}:${byte(index & 255)}`;
}
