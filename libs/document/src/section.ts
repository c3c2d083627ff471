// A mapping of the document whose keys are all known. Its error message carries the keys, so that an unknown one can
// be answered with the key that was probably meant.
import * as z from "zod";
import { type Advice, adviceFrom } from "./closest.ts";

const PREFIX = "one of ";
/** Longer lists (the DHCP options) are not repeated to the person who mistyped one. */
const KEYS_SHOWN = 20;

/** A strict object: unknown keys are errors. */
export function section<Shape extends z.ZodRawShape>(shape: Shape, expected = "a mapping") {
  const keys = PREFIX + Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? keys : expected),
  });
}

/** What to tell about an unknown key, from the message that `section` gave. */
export type KeyAdvice = (key: string, message: string) => { expected: string; fix: string };

/** For the unknown keys of one document. */
export function keyAdvice(): KeyAdvice {
  const byMessage = new Map<string, { readonly known: readonly string[]; readonly meantBy: Advice }>();
  return (key, message) => {
    const advice = byMessage.get(message) ?? adviceOf(message);
    byMessage.set(message, advice);
    const { known, meantBy } = advice;
    const meant = meantBy(key);
    return {
      expected: known.length > KEYS_SHOWN ? "a known name (see the reference)" : message,
      fix: meant ? `Write "${meant}" if that was meant.` : "Remove it, or correct its name.",
    };
  };
}

function adviceOf(message: string) {
  const known = message.startsWith(PREFIX) ? message.slice(PREFIX.length).split(", ") : [];
  return { known, meantBy: adviceFrom(known) };
}
