// The check in its own thread says what it would say here.
import { readNetwork } from "@leasehold/network";
import { expect, test } from "vitest";
import { checkDocumentText } from "./api-document-check.ts";

test("a document and its problems cross the threads unharmed", async () => {
  const good = "version: 1\nsubnets: [{ id: a, prefix: 10.0.0.0/24 }]\n";
  const bad = good.replace("/24", "/240");
  const [ofGood, ofBad] = await Promise.all([good, bad].map(checkDocumentText));
  expect(ofGood).toEqual(readNetwork(good));
  expect(ofBad).toEqual(readNetwork(bad));
});
