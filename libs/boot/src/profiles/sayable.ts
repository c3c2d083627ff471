// Text for a console by way of a script: what could mean anything in a loader's language is a question mark.

export function sayable(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9 .,:_/=+@()-]/g, "?")
    .replaceAll(/\s+/g, " ")
    .slice(0, 300);
}
