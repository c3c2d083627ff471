import { expect, test } from "vitest";
import { pathOf } from "./file-name.ts";

test.each<[string, ReturnType<typeof pathOf>]>([
  ["ipxe.efi", ["ipxe.efi"]],
  ["/grub/grub.cfg", ["grub", "grub.cfg"]],
  ["//srv//x/./y", ["srv", "x", "y"]],
  ["\\Boot\\BCD", ["Boot", "BCD"]],
  ["..hidden/a..b/...", ["..hidden", "a..b", "..."]],
  ["%2e%2e%2fsecret", ["%2e%2e%2fsecret"]],
  ["%2e%2e/secret", ["%2e%2e", "secret"]],
  ["..%2fsecret", ["..%2fsecret"]],
  ["C:\\secret", ["C:", "secret"]],
  ["../secret", "leavesRoot"],
  ["/../secret", "leavesRoot"],
  ["a/../../secret", "leavesRoot"],
  ["a/../b", "leavesRoot"],
  ["a/..", "leavesRoot"],
  ["..", "leavesRoot"],
  ["..\\secret", "leavesRoot"],
  ["a\\..\\..\\secret", "leavesRoot"],
  ["a/..\\secret", "leavesRoot"],
  ["a\0/../b", "controlCharacter"],
  ["a\nb", "controlCharacter"],
  ["", "empty"],
  ["/", "empty"],
  ["folder/", "empty"],
  ["x".repeat(513), "tooLong"],
])("%j", (name, path) => {
  expect(pathOf(name)).toEqual(path);
});
