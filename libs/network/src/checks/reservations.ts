// Reservations: each names one client, none is named twice, and their addresses are the subnet's to give.

import { adviceFrom, type Finding, formatPath } from "@leasehold/document";
import { formatIpv4, formatPrefix, parseIpv4 } from "@leasehold/protocol";
import { IDENTIFIERS, keyOf } from "../reservations/identifier.ts";
import { type Check, exactlyOneOf, repeated } from "./check.ts";
import { type Part, textOf } from "./parts.ts";
import type { Survey, SurveyedSubnet } from "./survey.ts";

export const reservationChecks: readonly Check[] = [
  oneClientEach,
  clientsTwice,
  addressesTwice,
  outsideTheirSubnet,
  unknownClasses,
];

const all = ({ subnets }: Survey): readonly Part[] => subnets.flatMap(({ reservations }) => reservations);

function oneClientEach(survey: Survey): Finding[] {
  return all(survey).flatMap((part) => exactlyOneOf(IDENTIFIERS, part, "whom it is for"));
}

function clientsTwice({ subnets }: Survey): Finding[] {
  return subnets.flatMap(({ reservations }) =>
    repeated(reservations, clientOf).map(({ thing, first }) => ({
      path: [...thing.path, IDENTIFIERS.find((one) => thing.fields[one] !== undefined) ?? ""],
      found: "a client that has a reservation in this subnet",
      expected: `one client once (${formatPath(first.path)} is for this one)`,
    })),
  );
}

function clientOf({ fields }: Part): string | undefined {
  const identifier = IDENTIFIERS.find((one) => fields[one] !== undefined);
  const written = identifier && textOf(fields[identifier]);
  if (written === undefined || identifier === undefined) return undefined;
  try {
    return `${identifier} ${keyOf(identifier, written)}`;
  } catch {
    return undefined; // No client id: the schema says so.
  }
}

function addressesTwice(survey: Survey): Finding[] {
  return repeated(all(survey), ({ fields }) => parseIpv4(textOf(fields.address) ?? "")).map(
    ({ thing, first }) => ({
      path: [...thing.path, "address"],
      found: `${thing.fields.address} again`,
      expected: `an address of its own (${formatPath(first.path)} has this one)`,
    }),
  );
}

function outsideTheirSubnet({ subnets, serverIdentifier }: Survey): Finding[] {
  return subnets.flatMap((subnet) =>
    subnet.reservations.flatMap(({ path, fields }) => {
      const address = parseIpv4(textOf(fields.address) ?? "");
      if (address === undefined || !subnet.prefix) return [];
      const wrong =
        address === serverIdentifier
          ? "an address that is not the servers'"
          : whyNotLeasable(address, subnet.prefix);
      return wrong === undefined
        ? []
        : [{ path: [...path, "address"], found: formatIpv4(address), expected: wrong }];
    }),
  );
}

function whyNotLeasable(address: number, prefix: NonNullable<SurveyedSubnet["prefix"]>): string | undefined {
  if (address < prefix.address || address > prefix.broadcast) {
    return `an address of the subnet's prefix ${formatPrefix(prefix)}`;
  }
  const isEnd = address === prefix.address || address === prefix.broadcast;
  return prefix.length < 31 && isEnd ? "neither the network's nor the broadcast address" : undefined;
}

function unknownClasses(survey: Survey): Finding[] {
  const ids = survey.classes.flatMap(({ fields }) => textOf(fields.id) ?? []);
  const meantBy = adviceFrom(ids);
  return all(survey).flatMap(({ path, fields }) => {
    const id = textOf(fields.class);
    if (id === undefined || id === "" || ids.includes(id)) return [];
    const meant = meantBy(id);
    return [
      {
        path: [...path, "class"],
        found: `"${id}"`,
        expected: "the id of a class",
        ...(meant ? { fix: `Write "${meant}" if that was meant.` } : {}),
      },
    ];
  });
}
