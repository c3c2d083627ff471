// `options:` of the document: IANA names out of libs/protocol's table, values judged by the codec that will send them.
// Names that the document defines itself come on top: checks/options.ts knows them.
import { OPTIONS, type OptionDefinition, optionByName } from "@leasehold/protocol";
import * as z from "zod";
import { IANA_OPTIONS } from "./option-catalogue.ts";
import { jsonSchemaOfShape } from "./shape-json-schema.ts";

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

const names = OPTIONS.map(([, name]) => name).filter((name) => !EXCHANGE_OPTIONS.has(name));

export const optionsSchema = z
  .object(
    {
      ...Object.fromEntries(names.map((name) => [name, writtenValue(optionByName(name)).optional()])),
      ...Object.fromEntries(
        [...EXCHANGE_OPTIONS].map((name) => [name, z.never({ error: EXCHANGE_ADVICE }).optional()]),
      ),
    } as Record<string, z.ZodOptional<z.ZodType<unknown>>>,
    { error: "a mapping of option names to values" },
  )
  .catchall(z.unknown())
  .meta({
    id: "options",
    description:
      "Options by IANA's name or the document's own, each inherited by itself; values have the option's type.",
  });

export type OptionsDocument = z.infer<typeof optionsSchema>;

function writtenValue(definition: OptionDefinition): z.ZodType<unknown> {
  const { encode, expected } = IANA_OPTIONS.option(definition.name)!;
  return z
    .unknown()
    .refine((value) => encode(value) !== undefined, { error: expected })
    .meta({
      description: `Option ${definition.code}: ${expected} (${definition.definedIn}).`,
      ...jsonSchemaOfShape(definition.shape),
    });
}
