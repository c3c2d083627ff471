// The name in a request as a path below the served root. Firmware begins names with "/" or not, as it likes, and Windows' boot manager
// writes "\" for "/"; nothing is decoded, so that "%2e" is three characters and "..%2f" an ordinary, unlikely name.

const NAME_MAX = 512;

export type FileNameFault = "empty" | "tooLong" | "leavesRoot" | "controlCharacter";

/** The path's parts, none of which is empty, "." or ".."; or what is wrong with it. */
export function pathOf(name: string): readonly string[] | FileNameFault {
  if (name.length > NAME_MAX) return "tooLong";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(name)) return "controlCharacter";
  const parts = name.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return "leavesRoot";
  // "folder/" names no file, although its parts would.
  return parts.length === 0 || /[/\\]$/.test(name) ? "empty" : parts;
}
