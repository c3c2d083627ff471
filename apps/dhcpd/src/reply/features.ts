// What a reply has besides its settings, in the order in which it is put there. Adding one: a file beside this one, and its line here.
import type { Packet } from "@leasehold/protocol";
import { autoConfigure } from "./auto-configure.ts";
import { boot } from "./boot.ts";
import { clientIdentifier, relayEchoes } from "./echoes.ts";
import type { ReplyContent, ReplyDraft, ReplyFeature } from "./feature.ts";
import { forcerenewNonce } from "./forcerenew-nonce.ts";
import { ipv6Only } from "./ipv6-only.ts";
import { rapidCommit } from "./rapid-commit.ts";

export const REPLY_FEATURES: readonly ReplyFeature[] = [
  forcerenewNonce,
  ipv6Only,
  rapidCommit,
  autoConfigure,
  boot,
  clientIdentifier,
  relayEchoes,
];

/** Gives each that has something to say of this reply its turn. */
export function addFeatures(request: Packet, content: ReplyContent, reply: ReplyDraft): void {
  for (let i = 0; i < REPLY_FEATURES.length; i++) {
    const feature = REPLY_FEATURES[i]!;
    if (isConcerned(feature, request, content)) feature.apply(request, content, reply);
  }
}

function isConcerned({ needs }: ReplyFeature, request: Packet, content: ReplyContent): boolean {
  if (typeof needs === "string") return content[needs] !== undefined;
  for (let i = 0; i < needs.length; i++) if (request.has(needs[i]!)) return true;
  return false;
}

/** Each depends on more than being configured: settings never bring them into a reply. */
export const NEVER_BY_SETTINGS: ReadonlySet<number> = new Set(REPLY_FEATURES.flatMap(({ codes }) => codes));

/** Of no meaning to a BOOTP client (RFC 1534 §2). */
export const NEVER_FOR_BOOTP: readonly number[] = REPLY_FEATURES.filter(
  ({ isForBootp }) => !isForBootp,
).flatMap(({ codes }) => codes);

/** The feature that puts an option into replies; undefined for what settings bring there. */
export function featureOf(option: number): ReplyFeature | undefined {
  return REPLY_FEATURES.find(({ codes }) => codes.includes(option));
}
