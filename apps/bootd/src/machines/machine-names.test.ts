import { describe, expect, test } from "vitest";
import { machineNamesIn } from "./machine-names.ts";

const MAC = "52:54:00:12:34:56";
const read = (query: string) => machineNamesIn(new Map(new URLSearchParams(query)));

describe("firmware-seen 7: a machine names itself in all spellings that loaders write", () => {
  test.each([
    ["as iPXE 1.0.0 sends it", "52%3A54%3A00%3A12%3A34%3A56"],
    ["as iPXE 2.0.0 sends it", "52:54:00:12:34:56"],
    ["with hyphens, as by iPXE's hexhyp", "52-54-00-12-34-56"],
    ["bare, as by iPXE's hexraw", "525400123456"],
    ["in capitals", "52:54:00:12:34:56".toUpperCase()],
    ["as pxelinux does, with the hardware type", "01-52-54-00-12-34-56"],
    ["in three groups", "5254.0012.3456"],
  ])("%s", (_, written) => expect(read(`mac=${written}`)).toEqual({ mac: MAC }));

  test.each([
    ["as iPXE and dmidecode show it", "4c4c4544-0042-3010-8043-b7c04f4e3732"],
    ["in the order of the wire, as pxelinux", "44454c4c-4200-1030-8043-b7c04f4e3732"],
    ["in capitals", "4C4C4544-0042-3010-8043-B7C04F4E3732"],
    ["without dashes", "4c4c4544004230108043b7c04f4e3732"],
  ])("a UUID %s", (_, written) => {
    const names = read(`uuid=${written}`);
    expect("uuids" in names && [...names.uuids!].sort()).toEqual([
      "44454c4c-4200-1030-8043-b7c04f4e3732",
      "4c4c4544-0042-3010-8043-b7c04f4e3732",
    ]);
  });
});

test("what a loader has no value for is not there", () => {
  expect(read("mac=&uuid=&serial=&arch=x86_64")).toEqual({ arch: "x86_64" });
});

test("names of the inventory, and parameters of others", () => {
  expect(read("name=x1000c0s0b0n1&ts=17&nid=12")).toEqual({
    id: "x1000c0s0b0n1",
    hostname: "x1000c0s0b0n1",
    nid: 12,
  });
});

test.each(["mac=52:54:00", "uuid=4c4c", "nid=twelve", "serial=%0a", "name=a b", "host=..%2fetc"])(
  "%s cannot be read",
  (query) => {
    expect(read(query)).toEqual({ misnamed: expect.stringMatching(/^\w+ is ".*"; expected .*\.$/) });
  },
);

test("of a name it says what a name is like", () => {
  expect(read("host=..%2fetc")).toEqual({ misnamed: expect.stringContaining("like x1000c0s0b0n0") });
});
