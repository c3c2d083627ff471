// `optionDefinitions:`: names and types for options that IANA's registry does not have.

import { section } from "@leasehold/document";
import * as z from "zod";
import { OPTION_TYPES, type OptionType } from "../options/option-types.ts";
import * as field from "./fields.ts";

const types = Object.keys(OPTION_TYPES) as [OptionType, ...OptionType[]];

export const optionDefinition = section({
  name: field.optionName.describe("The name by which `options` set it."),
  code: field
    .wholeNumber(1, 254)
    .describe("The option's number, or the sub-option's inside `vendorClass` or `enterprise`."),
  type: z.enum(types).describe("What its values are; each is written like the IANA option of that type."),
  vendorClass: z
    .string()
    .min(1)
    .optional()
    .describe("A sub-option of option 43, for clients whose vendor class (option 60) begins so."),
  enterprise: field
    .wholeNumber(0, 0xffffffff)
    .optional()
    .describe("A sub-option of option 125 under this enterprise number (RFC 3925)."),
}).meta({ id: "optionDefinition", description: "A name and a type for an option." });

export type OptionDefinitionDocument = z.infer<typeof optionDefinition>;
