// Boot profiles of a document, ready to make scripts of; and those that every document has.
import type { BootArchitecture } from "../document/boot-schema.ts";
import type { NetworkDocument } from "../document/network-schema.ts";
import { type BootProfileDocument, NEXT_STEPS, type NextStep, type ScriptFormat } from "./profile-schema.ts";
import { type Template, templateOf } from "./template.ts";

export interface BootProfile {
  readonly id: string;
  readonly loaders: Readonly<Partial<Record<BootArchitecture, string>>>;
  readonly kernel?: Template;
  readonly initrds: readonly Template[];
  /** Each is one word or several. */
  readonly arguments: readonly Template[];
  readonly chain?: Template;
  readonly next?: NextStep;
  readonly proxy?: BootProxy;
  readonly templates: Readonly<Partial<Record<ScriptFormat, Template>>>;
  readonly afterFailure: NextStep;
}

export interface BootProxy {
  readonly url: Template;
  readonly timeoutMs: number;
  readonly keepSeconds: number;
}

/** What a step is called is a profile that does just that. */
export const BUILT_IN_PROFILES: readonly string[] = NEXT_STEPS;

/** The profile of an unknown machine, where the document names none. */
export const UNKNOWN_BY_DEFAULT = "explain";

export function bootProfilesOf({ boot }: NetworkDocument): ReadonlyMap<string, BootProfile> {
  const builtIn = NEXT_STEPS.map((next) => compiled({ id: next, next }));
  return new Map([...builtIn, ...(boot?.profiles ?? []).map(compiled)].map((one) => [one.id, one]));
}

function compiled(profile: BootProfileDocument): BootProfile {
  const { kernel, chain, next, proxy } = profile;
  return Object.freeze({
    id: profile.id,
    loaders: definedIn(profile.loaders ?? {}),
    ...(kernel === undefined ? {} : { kernel: templateOf(kernel) }),
    initrds: (profile.initrds ?? []).map(templateOf),
    arguments: (profile.arguments ?? []).map(templateOf),
    ...(chain === undefined ? {} : { chain: templateOf(chain) }),
    ...(next === undefined ? {} : { next }),
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
    templates: Object.fromEntries(
      Object.entries(definedIn(profile.templates ?? {})).map(([format, text]) => [format, templateOf(text)]),
    ),
    afterFailure: profile.afterFailure ?? "reboot",
  });
}

function proxyOf({
  url,
  timeoutMs = 3000,
  keepSeconds = 86_400,
}: NonNullable<BootProfileDocument["proxy"]>): BootProxy {
  return { url: templateOf(url), timeoutMs, keepSeconds };
}

function definedIn<Key extends string>(texts: Readonly<Partial<Record<Key, string | undefined>>>) {
  const defined = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(defined) as Readonly<Partial<Record<Key, string>>>;
}
