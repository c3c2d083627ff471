// The check in its own thread says what it would say here.
import { readNetwork } from "@leasehold/network";
import { expect, test } from "vitest";
import { DocumentCheck } from "./api-document-check.ts";

const good = "version: 1\nsubnets: [{ id: a, prefix: 10.0.0.0/24 }]\n";
const bad = good.replace("/24", "/240");

test("a document and its problems cross the threads unharmed, each to who asked", async () => {
  const documents = new DocumentCheck();
  const [ofGood, ofBad] = await Promise.all([good, bad].map((text) => documents.check(text)));
  expect(ofGood).toEqual(readNetwork(good));
  expect(ofBad).toEqual(readNetwork(bad));
  documents.close();
});

test("who waits when the thread ends is told, and the next one gets another thread", async () => {
  const documents = new DocumentCheck();
  const cut = documents.check(good);
  documents.close();
  await expect(cut).rejects.toThrow(/could not be checked/);
  expect(await documents.check(good)).toEqual(readNetwork(good));
  documents.close();
});
