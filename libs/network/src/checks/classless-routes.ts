// Warned of: classless routes without a default one beside routers. RFC 3442: a client that takes option 121 MUST ignore option
// 3, so it has no default route then, while an older client has.

import { type Finding, formatPath, type Path } from "@leasehold/document";
import { parsePrefix } from "@leasehold/protocol";
import { fieldsOf, itemsOf, type Part, partUnder } from "./parts.ts";
import type { Survey } from "./survey.ts";

/** 249 is 121 under a private code ([MS-DHCPE]). */
const ALL_ROUTES = ["classlessStaticRoutes", "microsoftClasslessStaticRoutes"];
const ROUTERS = "routers";

interface Standing {
  readonly path: Path;
  readonly value: unknown;
}

export function routesWithoutDefault({ root, subnets, sharedNetworks, classes }: Survey): Finding[] {
  const defaults = partUnder(root, "defaults");
  const found = new Map<string, Finding>();
  const note = (levels: readonly Part[]) => {
    for (const finding of ALL_ROUTES.flatMap((name) => findingFor(name, levels) ?? [])) {
      const at = formatPath(finding.path);
      if (!found.has(at)) found.set(at, finding);
    }
  };
  for (const subnet of subnets) {
    const shared = sharedNetworks.filter(({ fields }) => fields.id === subnet.sharedNetwork);
    const around = [subnet, ...shared, defaults];
    note(around);
    for (const pool of subnet.pools) noteInner(pool, around);
    for (const inner of [...subnet.reservationsWithSettings, ...classes]) noteInner(inner, around);
  }
  return [...found.values()];

  function noteInner(inner: Part, around: readonly Part[]): void {
    const { fields } = partUnder(inner, "options");
    if ([...ALL_ROUTES, ROUTERS].some((name) => fields[name] !== undefined)) note([inner, ...around]);
  }
}

/** @param levels from the nearest to the farthest. */
function findingFor(name: string, levels: readonly Part[]): Finding | undefined {
  const routes = nearest(levels, name);
  const routers = nearest(levels, ROUTERS);
  if (routes === undefined || routers === undefined || hasDefault(routes.value)) return undefined;
  const router = String([routers.value].flat()[0]);
  return {
    path: routes.path,
    found: `routes without a default one, beside routers (${formatPath(routers.path)})`,
    expected: `a default route among them: clients that take option ${name === ALL_ROUTES[0] ? 121 : 249} ignore routers (RFC 3442) and have no default route`,
    fix: `Add { destination: 0.0.0.0/0, router: ${router} }, or remove routers if none is meant.`,
  };
}

function nearest(levels: readonly Part[], name: string): Standing | undefined {
  for (const level of levels) {
    const { path, fields } = partUnder(level, "options");
    if (fields[name] !== undefined) return { path: [...path, name], value: fields[name] };
    if (itemsOf(level.fields.neverSend).includes(name)) return undefined;
  }
  return undefined;
}

/** Also in two halves, as VPNs write it. */
function hasDefault(value: unknown): boolean {
  const routes = Array.isArray(value) ? value : [value];
  const prefixes = routes.flatMap((route) => {
    const { destination } = fieldsOf(route);
    return (typeof destination === "string" && parsePrefix(destination)) || [];
  });
  const halves = new Set(prefixes.filter(({ length }) => length === 1).map(({ address }) => address));
  return prefixes.some(({ length }) => length === 0) || halves.size === 2;
}
