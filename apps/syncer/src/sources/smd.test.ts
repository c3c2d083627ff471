import { describe, expect, test } from "vitest";
import { node, row } from "../../test/smd-shapes.ts";
import { smd } from "./smd.ts";
import { ReadFailure } from "./source.ts";

const ROWS = [row("02:00:5e:00:10:01", "x1c0s0b0n0", ["10.0.0.1"])];
const COMPONENTS = { Components: [node("x1c0s0b0n0", 1)] };

/** SMD as a table of answers; a function is called, which may throw. */
function smdOf(answers: { interfaces: unknown; components: unknown }) {
  const asked: string[] = [];
  const reader = smd.open(
    { url: "http://smd:27779/" },
    {
      getJson: async (url) => {
        asked.push(url.replace("http://smd:27779/hsm/v2", ""));
        const answer = url.includes("Components") ? answers.components : answers.interfaces;
        return typeof answer === "function" ? answer() : answer;
      },
    },
  );
  return { reader, asked };
}

test("a reading is the two public GETs, interfaces first", async () => {
  const { reader, asked } = smdOf({ interfaces: ROWS, components: COMPONENTS });
  expect((await reader.read()).hosts[0]).toMatchObject({
    id: "x1c0s0b0n0",
    attributes: { hostname: "nid0001" },
  });
  expect(asked).toEqual(["/Inventory/EthernetInterfaces", "/State/Components"]);
  expect(reader.place).toBe("http://smd:27779");
});

describe("half an answer is no reading", () => {
  const refuse = () => {
    throw new ReadFailure("status", "status 500");
  };
  test.each([
    ["interfaces refused", { interfaces: refuse, components: COMPONENTS }],
    ["components refused", { interfaces: ROWS, components: refuse }],
    ["interfaces are a problem object", { interfaces: { status: 500 }, components: COMPONENTS }],
    ["interfaces are null", { interfaces: null, components: COMPONENTS }],
    ["components are a problem object", { interfaces: ROWS, components: { title: "Internal Server Error" } }],
    ["components are a bare list", { interfaces: ROWS, components: [] }],
  ])("%s", async (_what, answers) => {
    await expect(smdOf(answers).reader.read()).rejects.toThrow(ReadFailure);
  });
});

describe("NewerThan, the cheap look", () => {
  test("asks from ten seconds before the newest row, and finds nothing in rows that are known", async () => {
    const { reader, asked } = smdOf({ interfaces: ROWS, components: COMPONENTS });
    await reader.read();
    expect(await reader.hasNews!()).toBe(false);
    expect(asked.at(-1)).toBe("/Inventory/EthernetInterfaces?NewerThan=2026-03-01T09:59:50.250Z");
  });

  test("finds a new row, and a changed one", async () => {
    const answers = { interfaces: ROWS, components: COMPONENTS };
    const { reader } = smdOf(answers);
    await reader.read();
    answers.interfaces = [row("02:00:5e:00:10:02", "", ["10.0.0.2"])];
    expect(await reader.hasNews!()).toBe(true);
    answers.interfaces = [row("02:00:5e:00:10:01", "x1c0s0b0n0", ["10.0.0.7"])];
    expect(await reader.hasNews!()).toBe(true);
  });

  test("is no help before the first reading, or without any time in the rows", async () => {
    const answers = { interfaces: [{ ...ROWS[0], LastUpdate: "never" }], components: COMPONENTS };
    const { reader } = smdOf(answers);
    expect(await reader.hasNews!()).toBe(true);
    await reader.read();
    expect(await reader.hasNews!()).toBe(true);
  });
});
