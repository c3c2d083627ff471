// `options:` of the document: IANA names out of libs/protocol's table, values judged by the codec that will send them.
import { encodeOption, OPTIONS, type OptionDefinition, optionByName } from "@leasehold/protocol";
import * as z from "zod";
import { section } from "./section.ts";

/** Options that say something about one exchange: the server sets or reads them itself. */
const EXCHANGE_OPTIONS: ReadonlySet<string> = new Set([
  "requestedIpAddress",
  "ipAddressLeaseTime",
  "overload",
  "messageType",
  "serverIdentifier",
  "parameterRequestList",
  "message",
  "maximumMessageSize",
  "renewalTime",
  "rebindingTime",
  "clientIdentifier",
  "rapidCommit",
  "relayAgentInformation",
  "authentication",
  "clientLastTransactionTime",
  "associatedIpAddresses",
  "subnetSelection",
  "forcerenewNonceCapable",
  "statusCode",
]);

const EXCHANGE_ADVICE =
  "no such option here: the server sets it itself (see lease.seconds and cluster.serverIdentifier)";

export const optionsSchema = section(
  Object.fromEntries(OPTIONS.map(([, name]) => [name, writtenValue(optionByName(name)).optional()])),
  "a mapping of option names to values",
);

function writtenValue(definition: OptionDefinition): z.ZodType<unknown> {
  if (EXCHANGE_OPTIONS.has(definition.name)) return z.never({ error: EXCHANGE_ADVICE });
  return z.unknown().refine((value) => isEncodable(definition, value), { error: definition.expected });
}

function isEncodable(definition: OptionDefinition, value: unknown): boolean {
  // The codec takes addresses as numbers too. Here `subnetMask: 24` is a mistake, not 0.0.0.24.
  if (/^(ipv4|routes)/.test(definition.shape) && holdsNumber(value)) return false;
  try {
    encodeOption(definition.name, value);
    return true;
  } catch {
    return false;
  }
}

function holdsNumber(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsNumber);
  return typeof value === "number";
}

/** Code and octets of an option that the schema let pass. */
export function encodeWritten(name: string, value: unknown): readonly [code: number, octets: Uint8Array] {
  const definition = optionByName(name);
  if (!definition) throw new Error(`Option ${name} is not in the table: the document was not checked.`);
  return [definition.code, encodeOption(definition.name, value)];
}
