// A boot strategy: who is answered so, and with what. index.ts is the list of them.
import type { EncodedOption } from "@leasehold/protocol";
import type { Architecture } from "../architectures.ts";
import type { BootAnswer } from "../boot-answer.ts";
import type { BootClient } from "../boot-client.ts";
import { type BootHost, type BootPlace, loaderFor } from "../boot-place.ts";

export interface BootCase {
  readonly client: BootClient;
  readonly host: BootHost | undefined;
  readonly place: BootPlace;
  readonly architecture: Architecture | undefined;
}

export interface BootStrategy {
  /** The stage that it is for, as documents and metrics call it. */
  readonly name: string;
  readonly fits: (client: BootClient) => boolean;
  /** A text says what the document lacks. */
  readonly answer: (one: BootCase) => BootAnswer | string;
}

/** The loader of the client's architecture; a text behind `missing` says why there is none. */
export function loaderOf({
  client,
  place,
  architecture,
}: BootCase): { loader: string } | { missing: string } {
  if (architecture === undefined) {
    const stated = client.architectures.join(", ");
    return {
      missing: stated === "" ? "it states no architecture" : `nothing is known of architecture ${stated}`,
    };
  }
  const loader = loaderFor(place, architecture.name);
  return loader === undefined ? { missing: `boot.loaders has none for ${architecture.name}` } : { loader };
}

/** RFC 4578 §2.3: a server has to send the machine identifier back; what buggy firmware sends as well. */
export function identifierOf({ identifier }: BootClient): readonly EncodedOption[] {
  return identifier === undefined ? [] : [[97, identifier]];
}
