// From a request line to the name that is asked for. Percent-encoding is decoded once, before the path is checked: what then has ".." in it
// is refused, however it was spelled.
import { pathOf } from "@leasehold/tftp";
import { type Refusal, refused } from "../../served/answer.ts";
import type { Asked } from "../../served/asked.ts";

export type RequestName = Pick<Asked, "name" | "path" | "query">;

export function requestName(url: string): RequestName | Refusal {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, "");
  const [written = "", ...parameters] = target.split("?");
  const name = decoded(written);
  if (name === undefined) return refused("malformed", "The path is not percent-encoded UTF-8.");
  const path = pathOf(name);
  switch (path) {
    case "leavesRoot":
      return refused("forbidden", "The path leads out of what is served.");
    case "controlCharacter":
      return refused("malformed", "The path has a control character.");
    case "tooLong":
    case "empty":
      return refused("notFound", "The path names no file.");
    default:
      return { name, path, query: queryIn(parameters.join("?")) };
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function queryIn(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(text)) if (!query.has(key)) query.set(key, value);
  return query;
}
