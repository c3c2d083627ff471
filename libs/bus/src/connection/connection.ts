// The connection to NATS: settings that notice a dead server in seconds, and the checks without which a lease would not be safe.
import { readFileSync } from "node:fs";
import { reasonOf } from "@leasehold/document/operator-error";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import {
  type ConnectionOptions,
  credsAuthenticator,
  type NatsConnection,
  type TlsOptions,
} from "@nats-io/transport-node";
import type { BadMessage } from "./bad-message.ts";
import { BusError } from "./bus-error.ts";
import { type CheckedOptions, connectChecked } from "./checked-transport.ts";
import { DialFaults, PAUSE_MS } from "./dial-faults.ts";
import { within } from "./retry.ts";

/** Atomic batches with the membership fixes that a lease store needs (ADR 0002). */
export const SERVER_VERSION_MIN = "2.12.3";

const GOODBYE_MS = 300;
const ELECTION_MS = 15_000;

export interface BusOptions {
  /** Shown in `nats server report connections`; also the prefix of consumers and of the inbox. */
  readonly name: string;
  readonly servers: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly credentialsFile?: string | undefined;
  readonly tls?: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined } | undefined;
  /** Called when the connection is lost, found again, or moves to another server. */
  readonly onState?: (state: BusState, detail: string) => void;
  /** Called with each message of another process that is not used (message.ts). */
  readonly onBadMessage?: (bad: BadMessage) => void;
  /** How long the first connect may go on trying, in ms; default 10 s. */
  readonly connectTimeoutMs?: number;
}

export type BusState =
  | "connected"
  | "disconnected"
  | "reconnected"
  | "lame-duck"
  | "closed"
  | "error"
  /** A server is not used, as its certificate is not trusted: once for each reason. */
  | "untrusted";

export interface Bus {
  readonly name: string;
  readonly nc: NatsConnection;
  readonly js: ReturnType<typeof jetstream>;
  readonly jsm: Awaited<ReturnType<typeof jetstreamManager>>;
  /** False between losing a server and being at another: what is published then waits in a buffer, so publish nothing. */
  readonly connected: boolean;
  readonly serverVersion: string;
  /** Never throws. */
  readonly onBadMessage: (bad: BadMessage) => void;
  close(): Promise<void>;
}

/**
 * Connects, and checks the server's version and JetStream.
 * @throws BusError naming the servers tried, what they said, and what is needed.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const faults = new DialFaults();
  const nc = await dial(options, faults);
  try {
    const serverVersion = requireVersion(nc);
    const jsm = await requireJetStream(nc);
    const state = { connected: true };
    const onState = options.onState ?? (() => {});
    void watchStatus(nc, state, (to, detail) => {
      if (to === "reconnected") faults.over(nc.getServer());
      onState(to, detail);
    });
    faults.over(nc.getServer());
    faults.reportTo(({ message, fix }) => onState("untrusted", `${message} ${fix}`));
    return {
      name: options.name,
      nc,
      js: jetstream(nc, { timeout: 5000 }),
      jsm,
      serverVersion,
      onBadMessage: options.onBadMessage ?? (() => {}),
      get connected() {
        return state.connected && !nc.isClosed();
      },
      async close() {
        // The last words are still on their way out; a server that does not take them is not waited for.
        const timeout = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
        if (state.connected) await Promise.race([nc.flush().catch(() => {}), timeout]);
        await nc.close();
      },
    };
  } catch (cause) {
    await nc.close();
    throw cause;
  }
}

async function dial(options: BusOptions, faults: DialFaults): Promise<NatsConnection> {
  const mayPass = (cause: unknown) =>
    !/authori[sz]ation|authentication|permission/i.test(reasonOf(cause)) &&
    faults.all().length < options.servers.length;
  try {
    return await within(options.connectTimeoutMs ?? 10_000, mayPass, async () => {
      // A connection that is to outlive a change of passwords goes on trying for ever; one that is not says what is wrong.
      await (await connectChecked({ ...connectionOptions(options, faults), reconnect: false })).close();
      return await connectChecked({
        ...connectionOptions(options, faults),
        reconnectToServer: (pool) => faults.next(pool, Date.now()),
      });
    });
  } catch (cause) {
    throw dialError(options, faults, cause);
  }
}

function dialError(options: BusOptions, faults: DialFaults, cause: unknown): BusError {
  const who = options.user ? `user "${options.user}"` : "no user";
  const where = `Cannot connect to NATS at ${options.servers.join(", ")} as ${who}:`;
  const isAuthorization = /authori[sz]ation|authentication/i.test(reasonOf(cause));
  const untrusted = faults.all();
  if (!isAuthorization && untrusted.length > 0) {
    const other = faults.otherReason === undefined ? [] : [`${faults.otherReason}.`];
    const reasons = [...untrusted.map(({ message }) => message), ...other].join(" ");
    const fix = [...new Set(untrusted.map(({ fix }) => fix))].join(" ");
    // A certificate can be renewed meanwhile.
    return new BusError(`${where} ${reasons}`, fix, { cause, isTransient: true });
  }
  return new BusError(
    `${where} ${reasonOf(cause)}.`,
    isAuthorization
      ? "Check nats.user and nats.password (or passwordFile) against the server's accounts (infra/nats)."
      : `Start a nats-server ≥ ${SERVER_VERSION_MIN} with JetStream there, or correct nats.servers.`,
    { cause, isTransient: !isAuthorization },
  );
}

// The client's defaults notice a dead TCP connection after minutes and give up after ten tries.
function connectionOptions(options: BusOptions, faults: DialFaults): CheckedOptions {
  return {
    onRefusal: (refusal) => faults.note(refusal, Date.now()),
    name: options.name,
    servers: [...options.servers],
    noRandomize: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: PAUSE_MS,
    reconnectJitter: 100,
    reconnectJitterTLS: 100,
    pingInterval: 1000,
    maxPingOut: 2,
    timeout: 2000,
    noAsyncTraces: true,
    ignoreAuthErrorAbort: true,
    inboxPrefix: `_INBOX_${options.name.replaceAll(/[^\w-]/g, "_")}`,
    ...credentials(options),
    ...(options.tls ? { tls: tlsOptions(options.tls) } : {}),
  };
}

function credentials(options: BusOptions): Partial<ConnectionOptions> {
  if (options.credentialsFile) {
    return { authenticator: credsAuthenticator(readFileSync(options.credentialsFile)) };
  }
  if (options.token) return { token: options.token };
  return options.user ? { user: options.user, pass: options.password ?? "" } : {};
}

function tlsOptions(tls: NonNullable<BusOptions["tls"]>): TlsOptions {
  return {
    ...(tls.ca ? { caFile: tls.ca } : {}),
    ...(tls.cert ? { certFile: tls.cert } : {}),
    ...(tls.key ? { keyFile: tls.key } : {}),
  };
}

function requireVersion(nc: NatsConnection): string {
  const version = nc.info?.version ?? "0.0.0";
  if (isOlder(version, SERVER_VERSION_MIN)) {
    throw new BusError(
      `The NATS server at ${nc.getServer()} is version ${version}; Leasehold needs ${SERVER_VERSION_MIN} or newer (2.15 recommended).`,
      "Upgrade nats-server on every member of the cluster: older ones lack atomic batches and lose acknowledged writes.",
    );
  }
  return version;
}

/** Compares the numbers of two dotted versions; what follows a dash is ignored. */
export function isOlder(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((v) => v.split("-", 1)[0]!.split(".").map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a![i] ?? 0) - (b![i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

async function requireJetStream(nc: NatsConnection): Promise<Bus["jsm"]> {
  try {
    // Whatever it says: a cluster that is just starting says the same, until it has elected a leader.
    const always = () => true;
    return await within(ELECTION_MS, always, () => jetstreamManager(nc, { timeout: 1000 }));
  } catch (cause) {
    const refused = refusedTo(nc, cause);
    if (refused !== undefined) throw refused;
    throw new BusError(
      `JetStream does not answer at ${nc.getServer()}: ${reasonOf(cause)}.`,
      "Enable it (`jetstream {}` in the server's configuration and `jetstream: enabled` in the account), and check that a majority of the cluster is up.",
      { cause, isTransient: true },
    );
  }
}

/** The server's word for what this user may not do: answers come to its inbox, and `$JS.API.INFO` is the first question. */
function refusedTo(nc: NatsConnection, cause: unknown): BusError | undefined {
  const found = /Permissions Violation for (Subscription|Publish) (?:to )?"([^"]*)"/i.exec(reasonOf(cause));
  if (found === null) return undefined;
  const [, verb, subject = ""] = found;
  const inbox = /^_INBOX_[\w-]+/.exec(subject)?.[0];
  const what = inbox ?? `${verb === "Publish" ? "publish to" : "subscribe to"} ${subject}`;
  return new BusError(
    `The NATS server at ${nc.getServer()} does not let this user ${inbox === undefined ? what : `use the inbox ${inbox}`}.`,
    inbox === undefined
      ? "Use the right user (dhcpd for nodes, syncer, admin for `leasehold init`) with the permissions of infra/nats/leasehold.conf."
      : `Install infra/nats/leasehold.conf, with which a node may have any name, or let the user subscribe to ${inbox}.> there.`,
    { cause, isTransient: true },
  );
}

async function watchStatus(
  nc: NatsConnection,
  state: { connected: boolean },
  onState: (state: BusState, detail: string) => void,
): Promise<void> {
  for await (const status of nc.status()) {
    switch (status.type) {
      case "disconnect":
        state.connected = false;
        onState("disconnected", status.server);
        break;
      case "reconnect":
        state.connected = true;
        onState("reconnected", status.server);
        break;
      case "ldm":
        onState("lame-duck", status.server);
        void nc.reconnect();
        break;
      case "error":
        onState("error", status.error.message);
        break;
      case "close":
        state.connected = false;
        onState("closed", "");
        break;
      default:
        break;
    }
  }
}
