// `./run request-path`: the way of one REQUEST (SELECTING) to its ACK, without sockets and on the store in memory:
// which functions of ours run and in which files, by V8's precise coverage; and where on the two stacks, to the store's `append` and to
// the link's `send`, the way comes back to a file that it had left.
import { Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";
import { settled, TestNode } from "../../apps/dhcpd/test/node.ts";
import { alice, bob, packetOf, selecting, X } from "../../apps/dhcpd/test/wire.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const OURS = /^(?:apps|libs)\/[^/]+\/src\//;

Error.stackTraceLimit = 200;

/** Files of ours on the stack, outermost first; each function's once. */
function filesOnStack(): string[] {
  const lines = new Error().stack!.split("\n").slice(2).reverse();
  return lines.flatMap((line) => {
    const path = /file:\/\/([^:)]+)/.exec(line)?.[1]?.slice(root.length) ?? "";
    return OURS.test(path) ? [path] : [];
  });
}

/** Each return to a file after another one was entered from it. */
function circles(files: readonly string[]): string[] {
  const way = files.filter((file, i) => file !== files[i - 1]);
  return way.flatMap((file, i) => {
    const before = way.lastIndexOf(file, i - 1);
    return before === -1 || i === 0
      ? []
      : [
          way
            .slice(before, i + 1)
            .map(nameOf)
            .join(" → "),
        ];
  });
}

const nameOf = (file: string): string =>
  file
    .replace(/^(apps|libs)\//, "")
    .replace("/src/", "/")
    .replace(/\.ts$/, "");

/**
 * "whole": from the datagram on, with the queue of the intake, until the bucket has shown the lease to the view. "service": from where
 * the intake has chosen the packet until the ACK has left; what the bucket shows comes after that.
 */
export type Way = "whole" | "service";

/**
 * Another client's lease and the OFFER to this one, so that what is made once is there, and the store is known to answer; then what the
 * REQUEST runs.
 */
export async function requestPath(way: Way) {
  const node = new TestNode({ followsAtOnce: way === "whole" });
  node.receive(packetOf("REQUEST", bob, selecting("10.0.0.13", { xid: 7 })));
  node.receive(packetOf("DISCOVER", alice, { xid: 1 }));
  await settled();
  const stacks = new Map<string, readonly string[]>();
  const append = node.door.append.bind(node.door);
  node.door.append = (...args) => {
    stacks.set("append", filesOnStack());
    return append(...args);
  };
  node.onReply = () => stacks.set("send", filesOnStack());
  const request = packetOf("REQUEST", alice, selecting(X, { xid: 2 }));
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  await session.post("Profiler.takePreciseCoverage");
  if (way === "whole") node.receive(request);
  else node.service.reception.take(request, node.arrival());
  await settled();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  const files = result.flatMap(({ url, functions }) => {
    const path = url.startsWith("file://") ? fileURLToPath(url).slice(root.length) : "";
    const called = functions.filter(
      ({ functionName, ranges }) => functionName !== "" && ranges[0]!.count > 0,
    );
    if (!OURS.test(path) || called.length === 0) return [];
    return [
      {
        path,
        functions: called.length,
        calls: called.reduce((sum, { ranges }) => sum + ranges[0]!.count, 0),
      },
    ];
  });
  return {
    acknowledged: node.replies.length === 3,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    circles: [...stacks].flatMap(([to, files]) => circles(files).map((circle) => ({ to, circle }))),
  };
}
