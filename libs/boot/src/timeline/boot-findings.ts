// Where a boot stopped, and what is most likely wrong: the first of these that finds something. Each looks at the events of one boot, oldest
// first.
import type { BootEvent } from "./boot-event.ts";

export interface BootFinding {
  /** A sentence: what was seen last, and what was not seen after it. */
  readonly stopped: string;
  /** A sentence: what to look at. */
  readonly likely: string;
  /** Nothing is wrong as far as the cluster has seen. */
  readonly isWell?: boolean;
}

type Look = (boot: readonly BootEvent[]) => BootFinding | undefined;

const WHOLE: ReadonlySet<string> = new Set(["complete", "notModified", "unconfirmed"]);
/** A question of firmware before a transfer. */
const isProbe = ({ outcome }: BootEvent): boolean => outcome === "probe";
const isDhcp = ({ via }: BootEvent): boolean => via === "dhcp";
const isScript = ({ stage }: BootEvent): boolean => stage === "script" || stage === "loop";

const looped: Look = (boot) => {
  const last = boot.findLast(({ stage }) => stage === "loop");
  if (last === undefined) return undefined;
  return {
    stopped: `${last.node} gave it a script that ends a loop: ${last.detail ?? "it boots again and again"}.`,
    likely:
      "What it loaded before does not come up, and it starts again. Look at its console, and at the kernel and arguments of its profile. A change of the network document begins the count again.",
  };
};

const lacksSetting: Look = (boot) => {
  const last = boot.findLast(isDhcp);
  if (last?.outcome !== "missing" || boot.at(-1) !== last) return undefined;
  return {
    stopped: `${last.node} answered its ${last.strategy ?? "boot"} request without anything to load: ${last.detail ?? "the network document has nothing for it"}.`,
    likely:
      "Set it in `boot` of the network document; `leasehold explain` shows the answer and what it lacks.",
  };
};

const offeredOnly: Look = (boot) => {
  const last = boot.at(-1);
  if (last?.stage !== "offer") return undefined;
  return {
    stopped: `${last.node} sent it an OFFER with ${loaded(last)}; no ACK followed.`,
    likely:
      "It took the OFFER of another DHCP server, its REQUEST did not arrive, or it still collects OFFERs (firmware does so for 4 s). `leasehold why` shows its packets on every node.",
  };
};

const neverAsked: Look = (boot) => {
  const last = boot.at(-1);
  if (last?.stage !== "ack") return undefined;
  const { node, file = "", strategy = "the machine", server } = last;
  const place = /^https?:\/\//.test(file)
    ? `is ${originOf(file)} reachable from it, through firewalls and routers, and does a boot server listen there?`
    : `is TFTP, UDP port 69 of ${server ?? node}, reachable from it, through firewalls and routers, and does a boot server listen there?`;
  return {
    stopped: `${strategy} got an ACK with ${loaded(last)} from ${node}, and never asked a boot server for it.`,
    likely: `${place[0]!.toUpperCase()}${place.slice(1)}`,
  };
};

const explained: Look = (boot) => {
  const last = boot.findLast(isScript);
  if (last?.detail === undefined || !WHOLE.has(last.outcome) || boot.at(-1) !== last) return undefined;
  return {
    stopped: `Its script, from ${last.node}, does not run what the document has for it: ${last.detail}.`,
    likely:
      "`leasehold boot render` shows the script. Correct the profile, the machine's record in the inventory, or `boot` of its subnet.",
  };
};

const refused: Look = (boot) => {
  const last = boot.findLast((event) => !isProbe(event));
  if (last === undefined || isDhcp(last) || WHOLE.has(last.outcome)) return undefined;
  return {
    stopped: `It asked ${last.node} for ${last.file ?? "a file"} by ${last.via}: ${inWords(last)}.`,
    likely: likelyOf(last),
  };
};

const probedOnly: Look = (boot) => {
  const last = boot.at(-1);
  if (last === undefined || !isProbe(last)) return undefined;
  return {
    stopped: `It asked ${last.node} for the size of ${last.file ?? "a file"} by ${last.via}, and never for the file.`,
    likely:
      "It does not take such a file by this name: for HTTP boot a loader's name has to end in .efi; or it has no memory for it.",
  };
};

const scriptOnly: Look = (boot) => {
  const last = boot.at(-1);
  if (last === undefined || !isScript(last)) return undefined;
  return {
    stopped: `It got its script${last.profile === undefined ? "" : `, of profile ${last.profile},`} from ${last.node}; it fetched nothing from a boot server after that.`,
    likely:
      "If the profile boots from a disk or another server, all is well. Else look at its console: are the URLs of `boot.urls` reachable from it, and does its loader know all commands of the script?",
    isWell: true,
  };
};

const loaderOnly: Look = (boot) => {
  const last = boot.at(-1);
  if (last === undefined || boot.some(isScript) || !boot.some(isDhcp)) return undefined;
  return {
    stopped: `It got ${last.file ?? "its loader"} from ${last.node} by ${last.via}, all ${last.bytes ?? 0} octets; nothing followed.`,
    likely:
      "The loader did not start (Secure Boot, or one for another architecture), found no network card, or has a script of its own in it. Its console says which.",
  };
};

const allFetched: Look = (boot) => {
  const last = boot.at(-1);
  if (last === undefined) return undefined;
  return {
    stopped: `The last that it fetched was ${last.file ?? "a file"}, from ${last.node}, all ${last.bytes ?? 0} octets.`,
    likely:
      "As far as the cluster has seen, all is well. If it does not come up, look at its console: kernel, initrd and arguments are its profile's.",
    isWell: true,
  };
};

/** In this order. */
const LOOKS: readonly Look[] = [
  looped,
  lacksSetting,
  offeredOnly,
  neverAsked,
  explained,
  refused,
  probedOnly,
  scriptOnly,
  loaderOnly,
  allFetched,
];

/** Undefined where there are no events. */
export function findingOf(boot: readonly BootEvent[]): BootFinding | undefined {
  for (const look of LOOKS) {
    const found = look(boot);
    if (found !== undefined) return found;
  }
  return undefined;
}

const loaded = ({ file, server }: BootEvent): string =>
  file === undefined || file === ""
    ? "no file"
    : `${file}${server === undefined || file.includes("://") ? "" : ` of ${server}`}`;

function originOf(url: string): string {
  return /^https?:\/\/[^/]+/.exec(url)?.[0] ?? url;
}

/** Outcomes of docs/boot.md that are an end, in words; all others are said as they are. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["notFound", "not found"],
  ["forbidden", "refused"],
  ["notReady", "that node was not ready"],
  ["timedOut", "it stopped answering"],
  ["gone", "nobody listened there any more"],
  ["aborted", "it ended the transfer itself"],
  ["unreadable", "the file changed, or could not be read"],
  ["unavailable", "that node could not read it"],
  ["limit", "too many asked at once"],
  ["malformed", "the request cannot be read"],
]);

function inWords({ outcome, bytes = 0, detail }: BootEvent): string {
  const words = WORDS.get(outcome) ?? outcome;
  const after = bytes > 0 ? ` after ${bytes} octets` : "";
  return `${words}${after}${detail === undefined ? "" : ` (${detail.replace(/\.$/, "")})`}`;
}

const LIKELY: ReadonlyMap<string, string> = new Map([
  [
    "notFound",
    "Put the file below `files.root` of bootd on every node, or correct the name in `boot` of the network document. Loaders also ask for names that need not be there.",
  ],
  ["forbidden", "The name leads out of the served folder, or is no file: see docs/boot.md."],
  ["notReady", "It asks again by itself. `leasehold status` says what that node waits for."],
  [
    "timedOut",
    "The network loses packets, or the machine was switched off. A firewall has to let through the ports of TFTP transfers.",
  ],
  ["gone", "The machine was switched off or began again."],
  ["aborted", "The file does not fit into its memory, or it began again. Its console says why."],
]);

function likelyOf({ outcome, node }: BootEvent): string {
  return LIKELY.get(outcome) ?? `The log of bootd on ${node} says why.`;
}
