// Scripts that are the same for every machine, by way of the package's door.
import { expect, test } from "vitest";
import { type BootNode, entryScript, loopScript, type ScriptQuestion } from "../src/index.ts";
import { ip, networkWith } from "./script-for.ts";

const node: BootNode = { name: "n2", address: ip("10.0.0.12") };
const question = (address: string): Omit<ScriptQuestion, "format"> => ({
  network: networkWith("", "profile: reboot"),
  ...{ machine: { address: ip(address) }, node },
});

test("an entry asks all nodes, with what iPXE knows of its machine; with an address or before it has one", () => {
  const script = entryScript(question("10.0.0.9"), { hasAddress: true })!;
  const [head, line] = script.split("\n").filter((one) => /^(#!|chain)/.test(one));
  expect([head, line]).toEqual([
    "#!ipxe",
    `chain --replace --autofree http://10.0.0.12:8069/boot/ipxe?mac=\${mac:hexhyp}&uuid=\${uuid}&serial=\${serial:uristring}&arch=\${buildarch} || ` +
      `chain --replace --autofree http://10.0.0.11:8069/boot/ipxe?mac=\${mac:hexhyp}&uuid=\${uuid}&serial=\${serial:uristring}&arch=\${buildarch} || goto failed`,
  ]);
  expect(
    [script, entryScript(question("10.0.0.9"), { hasAddress: false })].map((one) => /^dhcp/m.test(one!)),
  ).toEqual([...[false, true]]);
});

test("where nothing says the URLs there is none", () => {
  expect(entryScript(question("10.9.0.9"), { hasAddress: true })).toBeUndefined();
});

test("a loop is said, and is over", () => {
  const script = loopScript("PXE 5 times within 20 minutes || reboot");
  expect(script).toMatch(/^#!ipxe\necho .*again and again: PXE 5 times within 20 minutes \?\? reboot\.$/m);
  expect(script).toMatch(/\nsleep 300\nexit 1\n$/);
});
