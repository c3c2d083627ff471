// NATS over TCP, and over TLS as soon as the server says so, with each certificate checked against the host that was dialled.
import {
  connect as connectTls,
  type PeerCertificate,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import {
  type ConnectionOptions,
  errors,
  hasWsProtocol,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from "@nats-io/transport-node";
import { NodeTransport, nodeResolveHost } from "@nats-io/transport-node/lib/node_transport.js";
import { type DialledServer, identityFault, type Refusal } from "./certificate-fault.ts";

export interface CheckedOptions extends ConnectionOptions {
  /** Called for each handshake that failed, before the client goes on to the next server. */
  readonly onRefusal: (refusal: Refusal) => void;
}

/** As `connect` of @nats-io/transport-node, which for an address passes no name to verify, so that Node takes "localhost". */
export function connectChecked(options: CheckedOptions): Promise<NatsConnection> {
  if (hasWsProtocol(options)) {
    return Promise.reject(errors.InvalidArgumentError.format("servers", "cannot be ws:// or wss:// here"));
  }
  setTransportFactory({ factory: () => new CheckedTransport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}

/** Where the client goes; a name was looked up already, and is in `tlsName`. */
type Hop = { hostname: string; port: number; tlsName: string; gossiped?: boolean };

// For an address that another server announced, the client passes the name of that other server, but the certificate is for another machine.
function dialled({ hostname, port, tlsName, gossiped = false }: Hop): DialledServer {
  return { host: gossiped || tlsName === "" ? hostname : tlsName, port, isGossiped: gossiped };
}

class CheckedTransport extends NodeTransport {
  private server: DialledServer = { host: "", port: 0, isGossiped: false };
  private shown: PeerCertificate | undefined;

  override async connect(hop: Hop, options: ConnectionOptions): Promise<void> {
    this.server = dialled(hop);
    const isName = this.server.host !== hop.hostname;
    try {
      await super.connect({ ...hop, tlsName: isName ? this.server.host : "" }, options);
    } catch (cause) {
      this.refused(cause);
      throw cause;
    }
  }

  override async startTLS(): Promise<TLSSocket> {
    const files = this.options.tls ? ((await this.loadClientCerts()) as SecureContextOptions) : {};
    return await new Promise((resolve, reject) => {
      const socket = connectTls(
        {
          ...files,
          socket: this.socket,
          servername: this.tlsName,
          rejectUnauthorized: true,
          checkServerIdentity: (_, certificate) => identityFault(this.server, certificate),
        },
        () => {
          socket.removeAllListeners();
          resolve(socket);
        },
      );
      // Node hides the certificate of a connection that it refuses: it is looked at before that.
      socket.prependListener("secure", () => {
        this.shown = socket.getPeerCertificate();
      });
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("the connection was closed in the TLS handshake")));
    });
  }

  // With TLS 1.3 a server refuses a client's certificate only after the handshake is over for the client.
  override setupHandlers(): void {
    super.setupHandlers();
    if (this.isEncrypted()) this.socket.prependListener("error", (cause) => this.refused(cause));
  }

  private refused(cause: unknown): void {
    const { tls, onRefusal } = this.options as CheckedOptions;
    const has = { ca: tls?.caFile !== undefined, cert: tls?.certFile !== undefined };
    onRefusal({ server: this.server, cause, certificate: this.shown, has });
  }
}
