// The API of a boot server, for who has the token: what it knows and where it listens, and what it served last.

import { section } from "@leasehold/document";
import { parseMac } from "@leasehold/protocol";
import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { BootServer } from "../../boot-server.ts";

const querystring = section({
  mac: z
    .string()
    .refine((value) => parseMac(value) !== undefined, { error: "a hardware address" })
    .optional(),
  host: z.string({ error: "a host's id" }).optional(),
});
type OfMachine = { Querystring: z.infer<typeof querystring> };

export function addRoutes(app: FastifyInstance, server: BootServer): void {
  app.get("/api/v1/boot", () => {
    const { views, http, tftp, file } = server;
    return {
      ...{ name: file.name, notReady: server.unreadiness() ?? null, isConnected: server.isConnected },
      ...{ positions: views.positions, networkRevision: views.network.revision },
      http: { listen: file.http.listen, connections: http.connections, transfers: http.transfers.running },
      tftp: { addresses: tftp.addresses, port: file.tftp.port, transfers: tftp.running },
    };
  });
  app.get<OfMachine>("/api/v1/served", { schema: { querystring } }, ({ query }) => {
    const { host } = query;
    const mac = query.mac && parseMac(query.mac);
    return server.served.recent
      .all()
      .filter((one) => (mac === undefined || one.mac === mac) && (host === undefined || one.host === host));
  });
}
