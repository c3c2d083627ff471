// Requests by TFTP as firmware sends them, octet by octet, and what is reported of them.
import { createSocket, type Socket } from "node:dgram";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServedFolder } from "./served-folder.ts";

const OACK = 6;
const DATA = 3;
const text = (value: string) => Buffer.from(`${value}\0`, "latin1");

let served: ServedFolder;
let socket: Socket;

beforeEach(async () => {
  served = await ServedFolder.open();
  writeFileSync(join(served.folder, "ipxe.efi"), Buffer.alloc(3000, 7));
  socket = createSocket("udp4");
});
afterEach(async () => {
  socket.close();
  await served.close();
});

function readRequest(file: string, options: Readonly<Record<string, number>>): Buffer {
  const words = Object.entries(options).flatMap(([name, value]) => [text(name), text(`${value}`)]);
  return Buffer.concat([Buffer.of(0, 1), text(file), text("octet"), ...words]);
}

function answerTo(
  datagram: Buffer,
  port = served.tftp.port,
): Promise<{ octets: Buffer; port: number; address: string }> {
  return new Promise((resolve) => {
    socket.once("message", (octets, from) => resolve({ octets, ...from }));
    socket.send(datagram, port, served.tftp.address);
  });
}

const acknowledged = (octets: Buffer) => octets.subarray(2).toString("latin1").split("\0").slice(0, -1);

describe("firmware-seen 10: EDK2", () => {
  test("asks for the size and aborts with ERROR 8, which is a probe and no failure; then it asks for the file", async () => {
    const size = await answerTo(readRequest("ipxe.efi", { tsize: 0, blksize: 1468, windowsize: 4 }));
    expect(size.octets.readUInt16BE(0)).toBe(OACK);
    expect(acknowledged(size.octets)).toEqual(["tsize", "3000", "blksize", "1468", "windowsize", "4"]);
    expect(size.address).toBe(served.tftp.address);
    socket.send(
      Buffer.concat([Buffer.of(0, 5, 0, 8), text("User aborted the transfer")]),
      size.port,
      size.address,
    );
    await vi.waitFor(() => expect(served.reports).toHaveLength(1));
    expect(served.reports[0]).toMatchObject({ outcome: "probe", route: "files", name: "ipxe.efi" });

    const { octets, port } = await answerTo(readRequest("ipxe.efi", { blksize: 1468, windowsize: 4 }));
    expect(acknowledged(octets)).toEqual(["blksize", "1468", "windowsize", "4"]);
    const blocks: Buffer[] = [];
    socket.on("message", (block) => blocks.push(block));
    socket.send(Buffer.of(0, 4, 0, 0), port, served.tftp.address);
    await vi.waitFor(() => expect(blocks.map((block) => block.length - 4)).toEqual([1468, 1468, 64]));
    socket.send(Buffer.of(0, 4, 0, 3), port, served.tftp.address);
    await vi.waitFor(() => expect(served.reports).toHaveLength(2));
    expect(served.reports[1]).toMatchObject({ outcome: "complete", bytes: 3000, via: "tftp" });
  });

  test("nothing is acknowledged that was not asked for", async () => {
    const { octets } = await answerTo(readRequest("ipxe.efi", {}));
    expect([octets.readUInt16BE(0), octets.length]).toEqual([DATA, 516]);
  });
});

test("while the views are not complete, a script is not refused: the client repeats its request, and gets it", async () => {
  served.missing = "loading leases";
  const answer = vi.fn();
  socket.on("message", answer);
  socket.send(readRequest("boot/ipxe", {}), served.tftp.port, served.tftp.address);
  await vi.waitFor(() => expect(served.reports).toHaveLength(1));
  expect(served.reports[0]).toMatchObject({ outcome: "notReady" });
  expect(answer).not.toHaveBeenCalled();
  served.missing = undefined;
  const { octets } = await answerTo(readRequest("boot/ipxe", {}));
  expect(octets.readUInt16BE(0)).toBe(DATA);
  expect(octets.subarray(4, 12).toString()).toBe("#!ipxe\ne");
});
