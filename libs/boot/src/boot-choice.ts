// From a client to what it is told, and why: the first strategy that it fits.
import type { BootProfile } from "@leasehold/network";
import { type Architecture, architectureOf } from "./architectures.ts";
import type { BootAnswer } from "./boot-answer.ts";
import type { BootClient } from "./boot-client.ts";
import { type BootHost, type BootPlace, loaderFor } from "./boot-place.ts";
import { BOOT_QUIRKS, type BootQuirk } from "./quirks.ts";
import { BOOT_STRATEGIES } from "./strategies/index.ts";

export interface BootChoice {
  /** Of the strategy; undefined: the client is no boot loader and no firmware. */
  readonly strategy: string | undefined;
  /** The first of those that the client states of which the document has a loader; else the first that is known. */
  readonly architecture: Architecture | undefined;
  readonly quirk: BootQuirk | undefined;
  /** What it runs after its loader. */
  readonly profile: BootProfile;
  /** Undefined: `missing` says why. */
  readonly answer: BootAnswer | undefined;
  readonly missing: string | undefined;
}

export function bootChoice(stated: BootClient, host: BootHost | undefined, place: BootPlace): BootChoice {
  const quirk = BOOT_QUIRKS.find(({ isOf }) => isOf(stated));
  const client = quirk === undefined ? stated : { ...stated, architectures: quirk.architectures(stated) };
  const strategy = BOOT_STRATEGIES.find(({ fits }) => fits(client));
  const architecture = architectureFor(client, place);
  const common = { strategy: strategy?.name, architecture, quirk, profile: place.profile };
  if (strategy === undefined) return { ...common, answer: undefined, missing: "it does not ask for a boot" };
  if (!place.settings.enabled) return { ...common, answer: undefined, missing: "boot.enabled is false" };
  const answer = strategy.answer({ client, host, place, architecture });
  return typeof answer === "string"
    ? { ...common, answer: undefined, missing: answer }
    : { ...common, answer, missing: undefined };
}

function architectureFor({ architectures }: BootClient, place: BootPlace): Architecture | undefined {
  const known = architectures.map(architectureOf).filter((one) => one !== undefined);
  return known.find(({ name }) => loaderFor(place, name) !== undefined) ?? known[0];
}
