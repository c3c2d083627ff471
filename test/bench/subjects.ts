// What `./run bench` measures, in the order of docs/performance.md.
import { type BootSpeed, measureBoot, shownBoot } from "./boot/boot.ts";
import { type Changes, measureChanges, shownChanges } from "./change.ts";
import { type Comparison, compare, shownComparison } from "./compare.ts";
import { measureOverload, type Overload, shownOverload } from "./overload.ts";
import { measureProfile, type Profiled, shownProfile } from "./profile/profile.ts";
import { measureRenewals, type Renewals, shownRenewals } from "./renew.ts";
import { measureScale, type Scale, shownScale } from "./scale.ts";
import { measureStore, type StoreCosts, shownStore } from "./store.ts";
import { measureStorms, type Storms, shownStorms } from "./storm.ts";
import type { Subject } from "./subject.ts";

export const subjects: readonly Subject[] = [
  {
    name: "compare",
    usage: "[--runs 5] [--only NAME,…] [--seconds 4]",
    about: "DORA/s, times, CPU and memory of ours, Kea, Kea HA and dnsmasq (this one when none is named)",
    measure: (words, labName) => compare(words, labName, 1),
    show: (result) => shownComparison(result as Comparison, "dora-a-second"),
  },
  {
    name: "relays",
    usage: "[--runs 5] [--only NAME,…] [--seconds 4]",
    about: "the same under three perfdhcp, each of which takes its part of the processors",
    measure: (words, labName) => compare(words, labName, 3),
    show: (result) => shownComparison(result as Comparison, "dora-a-second-three-relays"),
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
  {
    name: "scale",
    usage: "[--leases 1000000] [--rate 500] [--seconds 8]",
    about: "from a thousand leases to a million: start, memory, CPU of a DORA",
    measure: measureScale,
    show: (result) => shownScale(result as Scale),
  },
  {
    name: "change",
    usage: "[--events 1000]",
    about: "from a host event until all nodes answer by it",
    measure: measureChanges,
    show: (result) => shownChanges(result as Changes),
  },
  {
    name: "overload",
    usage: "[--maximum DORA/s] [--seconds 8]",
    about: "offered against completed, from half of the maximum to three times of it",
    measure: measureOverload,
    show: (result) => shownOverload(result as Overload),
  },
  {
    name: "store",
    usage: "[--seconds 8]",
    about: "CPU of three nats-servers for a batch and a write, with and without a log of events",
    measure: measureStore,
    show: (result) => shownStore(result as StoreCosts),
  },
  {
    name: "boot",
    usage: "[--runs 3] [--only NAME,…]",
    about: "boot files by TFTP and HTTP, and scripts: ours, dnsmasq, tftpd-hpa, nginx",
    measure: measureBoot,
    show: (result) => shownBoot(result as BootSpeed),
  },
  {
    name: "profile",
    usage: "[--rate 2000] [--seconds 10]",
    about: "where a node's CPU time goes, and a flame graph",
    measure: measureProfile,
    show: (result) => shownProfile(result as Profiled),
  },
];
