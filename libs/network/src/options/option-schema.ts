// `options:` of the document: IANA names out of libs/protocol's table, values judged by the codec that will send them.
// Names that the document defines itself come on top: checks/options.ts knows them.
import { OPTIONS, type OptionDefinition, optionByCode, optionByName } from "@leasehold/protocol";
import * as z from "zod";
import { IANA_OPTIONS } from "./option-catalogue.ts";
import { jsonSchemaOfShape } from "./shape-json-schema.ts";
import { wrongPartsOf } from "./wrong-part.ts";

/** Options that say something about one exchange: the server sets or reads them itself. */
export const EXCHANGE_OPTIONS: ReadonlySet<string> = new Set([
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

const optionNames = z.array(z.string({ error: ({ input }) => nameWanted(input) }), {
  error: "a list of option names",
});

/** Beside `options` wherever these stand; checks/send-lists.ts knows the names. */
export const sendLists = {
  alwaysSend: optionNames
    .optional()
    .describe(
      "Names of options that are sent, where they are set, to clients that do not ask for them (option 55), too. The level nearest to the client counts.",
    ),
  neverSend: optionNames
    .optional()
    .describe(
      "Names of options that are not sent, not even to clients that ask for them. The level nearest to the client counts.",
    ),
};

export type OptionsDocument = z.infer<typeof optionsSchema>;

function nameWanted(written: unknown): string {
  const option = typeof written === "number" ? optionByCode(written) : undefined;
  return option === undefined
    ? "the name of an option"
    : `the name of an option; ${written} is "${option.name}"`;
}

function writtenValue(definition: OptionDefinition): z.ZodType<unknown> {
  const option = IANA_OPTIONS.option(definition.name)!;
  const { encode, expected } = option;
  return z
    .unknown()
    .superRefine((value, context) => {
      if (encode(value) !== undefined) return;
      for (const { path, expected: message, fix, found } of wrongPartsOf(option, value)) {
        context.addIssue({ code: "custom", message, path: [...path], params: { fix, found } });
      }
    })
    .meta({
      description: `Option ${definition.code}: ${expected} (${definition.definedIn}).`,
      ...jsonSchemaOfShape(definition.shape),
    });
}
