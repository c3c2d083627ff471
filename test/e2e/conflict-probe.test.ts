// The conflict probe against a real kernel: a host on a veth pair that answers ARP and ICMP by itself, in namespaces that
// end with the program that runs in them. Needs root, or user namespaces.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const INSIDE = `${import.meta.dirname}/probe-in-namespaces.ts`;
const SETUP = "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && ip netns add peer";
const PEER = "02:00:00:00:09:07";

async function inNamespaces(...prefix: readonly string[]): Promise<Record<string, unknown>> {
  const program = [...prefix, process.execPath, INSIDE];
  const inside = ["sh", "-c", `${SETUP} && exec "$@"`, "sh", ...program];
  const { stdout } = await promisify(execFile)("unshare", ["-Urnm", ...inside], {
    timeout: 60_000,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test("finds out who uses an address, on the link and behind a relay", async () => {
  const { told, ...results } = await inNamespaces();
  expect(results).toEqual({
    "on the link, used": { answer: { usedBy: PEER }, hasWaited: false },
    "on the link, free": { answer: "free", hasWaited: true },
    "on the link, used by the client itself": { answer: "free", hasWaited: true },
    // RFC 5227 §2.1.1: a probe does not pollute ARP caches.
    "what the peer has learned": "",
    "behind a relay, used": { answer: { usedBy: "icmp" }, hasWaited: false },
    "behind a relay, free": { answer: "free", hasWaited: true },
    "no way there": { answer: "unknown", hasWaited: false },
    "no such interface": { answer: "unknown", hasWaited: false },
    "on the link again, after the interface was gone": { answer: { usedBy: PEER }, hasWaited: false },
    "600 at once": { [JSON.stringify({ usedBy: PEER })]: 256, '"free"': 256, '"unknown"': 88 },
  });
  expect(told).toEqual([expect.stringContaining("there is no interface v9")]);
});

test("without CAP_NET_RAW it says so once and answers unknown", async () => {
  const { told, ...results } = await inNamespaces("setpriv", "--bounding-set=-net_raw", "--");
  expect(results["on the link, used"]).toEqual({ answer: "unknown", hasWaited: false });
  expect(results["behind a relay, used"]).toEqual({ answer: "unknown", hasWaited: false });
  expect(told).toEqual([expect.stringContaining("CAP_NET_RAW"), expect.stringContaining("v9")]);
});
