// What `./run bench` measures, in the order of docs/performance.md.
import { type Comparison, compare, shownComparison } from "./compare.ts";
import { measureRenewals, type Renewals, shownRenewals } from "./renew.ts";
import { measureStorms, type Storms, shownStorms } from "./storm.ts";
import type { Subject } from "./subject.ts";

export const subjects: readonly Subject[] = [
  {
    name: "compare",
    usage: "[--runs 5] [--only NAME,…] [--seconds 5]",
    about: "DORA/s, times, CPU and memory of ours, Kea, Kea HA and dnsmasq (this one when none is named)",
    measure: compare,
    show: (result) => shownComparison(result as Comparison),
  },
  {
    name: "storm",
    usage: "[--hosts 10000] [--kill nobody|follower|leader]",
    about: "hosts switched on at once, three DORA each, a node killed in the middle",
    measure: measureStorms,
    show: (result) => shownStorms(result as Storms),
  },
  {
    name: "renew",
    usage: "[--rate 4000] [--seconds 5]",
    about: "renewals within headroom: how many a second, and how many were written",
    measure: measureRenewals,
    show: (result) => shownRenewals(result as Renewals),
  },
];
