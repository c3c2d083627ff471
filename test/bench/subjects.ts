// What `./run bench` measures, in the order of docs/performance.md.
import { type Comparison, compare, shownComparison } from "./compare.ts";
import type { Subject } from "./subject.ts";

export const subjects: readonly Subject[] = [
  {
    name: "compare",
    usage: "[--runs 5] [--only NAME,…] [--seconds 5]",
    about: "DORA/s, times, CPU and memory of ours, Kea, Kea HA and dnsmasq (this one when none is named)",
    measure: compare,
    show: (result) => shownComparison(result as Comparison),
  },
];
