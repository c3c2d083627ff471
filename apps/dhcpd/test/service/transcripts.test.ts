// Scenes of three nodes and their clients, as texts in ../transcripts. Only commit a change there if you understand
// what caused it.
import { formatIpv4 } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { Transcript } from "../transcript.ts";
import { alice, bob } from "../wire.ts";

const NODES = ["n1", "n2", "n3"];

/** What the last OFFER or ACK gave, and by whom. */
function last(scene: Transcript): { address: string; server: string } {
  const replies = scene.nodes.flatMap((node) => node.replies);
  const packet = replies.toSorted((a, b) => a.packet.xid - b.packet.xid).at(-1)!.packet;
  return { address: formatIpv4(packet.yiaddr), server: formatIpv4(packet.get("serverIdentifier")!) };
}

async function leased(scene: Transcript, of = alice): Promise<{ address: string; server: string }> {
  await scene.broadcast("DISCOVER", of);
  const { address: requested, server } = last(scene);
  await scene.broadcast("REQUEST", of, { requested, server });
  return last(scene);
}

function hasTranscript(scene: Transcript, name: string): Promise<void> {
  return expect(scene.text).toMatchFileSnapshot(`../transcripts/${name}.txt`);
}

test("a machine is leased, renews, and gives back", async () => {
  const scene = new Transcript(...NODES).say("A machine boots: one of three nodes answers, one write");
  const { address: ciaddr, server } = await leased(scene);
  scene.say("At T1 it renews: the store holds enough, so nothing is written").pass(1800);
  await scene.unicast("REQUEST", alice, server, { ciaddr });
  scene.say("At the next T1 it does not").pass(1801);
  await scene.unicast("REQUEST", alice, server, { ciaddr });
  scene.say("It gives the address back, and gets it again");
  await scene.unicast("RELEASE", alice, server, { ciaddr, server });
  await leased(scene);
  await hasTranscript(scene, "lease-renew-release");
});

test("a node dies between OFFER and REQUEST, and before a renewal", async () => {
  const scene = new Transcript(...NODES).say("The node that offered dies before it is asked");
  await scene.broadcast("DISCOVER", alice);
  const { address: requested, server } = last(scene);
  const dead = scene.nodes.find(({ address }) => address === server)!.name;
  scene.kill(dead).pass(1);
  scene.say(
    "The client names it still: until it was silent for two seconds, the others leave the answer to it",
  );
  await scene.broadcast("REQUEST", alice, { requested, server, xid: 0xaa });
  scene.pass(0.5);
  await scene.broadcast("REQUEST", alice, { requested, server, xid: 0xaa });
  scene.pass(1);
  await scene.broadcast("REQUEST", alice, { requested, server, xid: 0xaa });
  scene.say("It renews at the dead address in vain, and at T2 asks all").pass(1800);
  await scene.unicast("REQUEST", alice, server, { ciaddr: requested });
  scene.pass(1350);
  await scene.broadcast("REQUEST", alice, { ciaddr: requested });
  await hasTranscript(scene, "node-dies");
});

test("a host appears, moves, and is removed", async () => {
  const scene = new Transcript("n1").say("An unknown machine gets an address of the pool");
  const [n1] = scene.nodes as [Transcript["nodes"][0]];
  const { address: ciaddr, server } = await leased(scene);
  scene.say("The inventory gives it 10.0.0.50: NAK at its next renewal, then that address").pass(1800);
  n1.setHost("x1000c0s0b0n0", alice, "10.0.0.50");
  await scene.unicast("REQUEST", alice, server, { ciaddr });
  await leased(scene);
  scene.say("It is moved to 10.0.0.51, and another host gets 10.0.0.50, which stays blocked");
  n1.setHost("x1000c0s0b0n0", alice, "10.0.0.51");
  n1.setHost("x1000c0s1b0n0", bob, "10.0.0.50");
  await scene.broadcast("DISCOVER", bob);
  scene.pass(1800);
  await scene.unicast("REQUEST", alice, server, { ciaddr: "10.0.0.50" });
  await leased(scene);
  scene.say("When all that was promised has passed, and the guard, it is free").pass(5415);
  await leased(scene, bob);
  scene.say("It is removed: the pool does not have 10.0.0.51");
  n1.removeHost("x1000c0s0b0n0");
  await scene.unicast("REQUEST", alice, server, { ciaddr: "10.0.0.51" });
  await hasTranscript(scene, "host-moves");
});

test("the store goes away and comes back", async () => {
  const scene = new Transcript("n1").say("A machine has a lease");
  const [n1] = scene.nodes as [Transcript["nodes"][0]];
  const { address: ciaddr, server } = await leased(scene);
  scene.say("No quorum: it goes on within what is held, and a new machine waits in silence").pass(3600);
  n1.isConnected = false;
  await scene.unicast("REQUEST", alice, server, { ciaddr });
  scene.pass(1800);
  await scene.unicast("REQUEST", alice, server, { ciaddr });
  await scene.broadcast("DISCOVER", bob);
  scene.say("Too little is left of it: silence, not NAK").pass(1795);
  await scene.unicast("REQUEST", alice, server, { ciaddr });
  scene.say("The quorum is back");
  n1.isConnected = true;
  await scene.broadcast("REQUEST", alice, { ciaddr });
  await leased(scene, bob);
  await hasTranscript(scene, "store-away");
});

test("two machines want one address", async () => {
  const scene = new Transcript("n1").say("Somebody with a fixed address sits on what the machine was given");
  const { address: requested, server } = await leased(scene);
  await scene.broadcast("DECLINE", alice, { requested, server });
  scene.say("It is out of use for everybody, for a day");
  await leased(scene);
  await scene.broadcast("DISCOVER", bob, { requested });
  scene.pass(86_400);
  await scene.broadcast("DISCOVER", bob, { requested });
  await hasTranscript(scene, "decline");
});
