// Every wire shape by the name that the option table uses.

import { ipv4, ipv4Pairs, ipv4s, ipv4sOrNone, routes } from "./addresses.ts";
import { domain, domains, searchList } from "./domains.ts";
import { clientFqdn, sipServers } from "./names.ts";
import { boolean, flag, i32, u8, u8s, u16, u16s, u32 } from "./numbers.ts";
import * as records from "./records.ts";
import type { Shape } from "./shape.ts";
import { encapsulatedOptions, subOptions } from "./sub-options.ts";
import { bytes, text } from "./text.ts";
import { ipv4Groups, uris, userClasses, vendorClasses, vendorOptions } from "./tuples.ts";

export const SHAPES = {
  u8,
  u16,
  u32,
  i32,
  u8s,
  u16s,
  boolean,
  flag,
  text,
  bytes,
  ipv4,
  ipv4s,
  ipv4sOrNone,
  ipv4Pairs,
  ipv4Groups,
  routes,
  domain,
  domains,
  searchList,
  sipServers,
  clientFqdn,
  userClasses,
  vendorClasses,
  vendorOptions,
  uris,
  subOptions,
  encapsulatedOptions,
  ...records,
};

export type ShapeName = keyof typeof SHAPES;
/** What an option of this shape is, decoded. */
export type ShapeValue<Name extends ShapeName> = (typeof SHAPES)[Name] extends Shape<infer V> ? V : never;
