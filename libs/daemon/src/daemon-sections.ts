// The sections that the file of every daemon has, as schemas: its name, NATS, its API, its log.
import { section } from "@leasehold/document";
import * as z from "zod";
import { listenAddress } from "./listen-address.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

export const text = z.string({ error: "text" }).min(1, { error: "text" });
export const listOf = (what: string) => ({ error: `a list of at least one ${what}` });

export const daemonName = text.regex(/^[A-Za-z0-9][\w-]{0,31}$/, {
  error: "a name of at most 32 letters, digits, - and _",
});

/** The keys of `nats`; a daemon may have more there: `section({ ...natsKeys, … })`. */
export const natsKeys = {
  servers: z.array(text, listOf("nats:// URL")).min(1, listOf("nats:// URL")),
  user: text.optional(),
  password: text.optional(),
  passwordFile: text.optional(),
  token: text.optional(),
  credentialsFile: text.optional(),
  tls: section({ ca: text.optional(), cert: text.optional(), key: text.optional() })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
      error: "cert and key together, or neither",
    })
    .optional(),
};

/** @param port an example. */
export const listenAddressText = (port: number) =>
  text.refine((value) => listenAddress(value) !== undefined, {
    error: `an address and a port from 1 to 65535, like 0.0.0.0:${port} or [::]:${port}`,
  });

/** @param port the usual one of this daemon. */
export function apiSection(port: number) {
  return section({
    listen: listenAddressText(port),
    token: text.optional(),
    tokenFile: text.optional(),
    /** Files in PEM: with them the API speaks HTTPS. */
    tls: section({ cert: text, key: text }).optional(),
  });
}

export const logSection = section({
  level: z.enum(LEVELS, { error: `one of ${LEVELS.join(", ")}` }).default("info"),
}).default({ level: "info" });
