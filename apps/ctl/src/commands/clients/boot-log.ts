// `leasehold boot why` and `leasehold boot log`: what all nodes and boot servers have seen of a machine's boots.

import { anyIdentifier, countOf } from "../../client/identifiers.ts";
import type { Answer, Command, Context } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { counted } from "../../text/table.ts";
import { relativeTime } from "../../text/times.ts";

interface SeenEvent {
  readonly at: string;
  readonly words: string;
}

interface SeenMachine {
  readonly mac: string;
  /** Null: nothing was seen. */
  readonly lastBoot: {
    /** How many of the last events are of it. */
    readonly events: number;
    readonly isWell: boolean;
    readonly stopped: string;
    readonly likely: string;
  } | null;
  /** Oldest first. */
  readonly events: readonly SeenEvent[];
}

const EVENTS_MAX = 1000;
const EVENTS_DEFAULT = "50";

export const boots: Command = {
  name: "boot why",
  positionals: ["<mac|ip|host>"],
  about: "Tell what happened at a machine's last boot, where it stopped, and what is most likely wrong.",
  options: {},
  async run(context) {
    const machines = await seenMachines(context);
    const now = context.environment.now();
    return answer(machines, context, ({ mac, lastBoot, events }) => {
      if (lastBoot === null) return [`${mac}: nothing was seen.`];
      const boot = events.slice(-lastBoot.events);
      return [
        `${mac}, last boot, ${counted(boot.length, "event")}:`,
        ...boot.map((event) => `  ${lineOf(event, now)}`),
        lastBoot.stopped,
        lastBoot.likely,
      ];
    });
  },
};

export const seen: Command = {
  name: "boot log",
  positionals: ["<mac|ip|host>"],
  about: "List what nodes and boot servers have seen of a machine's boots.",
  options: {
    limit: {
      type: "string",
      value: "N",
      about: `The newest N events of an interface (default ${EVENTS_DEFAULT}).`,
    },
  },
  async run(context) {
    const limit = Number(countOf("limit", context.options.text("limit") ?? EVENTS_DEFAULT, EVENTS_MAX));
    const machines = (await seenMachines(context)).map((one) => ({
      ...one,
      events: one.events.slice(-limit),
    }));
    const now = context.environment.now();
    return answer(machines, context, ({ mac, events }) => [
      `${mac}, ${counted(events.length, "event")}:`,
      ...events.map((event) => `  ${lineOf(event, now)}`),
    ]);
  },
};

const lineOf = ({ at, words }: SeenEvent, now: number): string => `${relativeTime(at, now)}  ${words}`;

function answer(
  machines: readonly SeenMachine[],
  { args }: Context,
  linesOf: (machine: SeenMachine) => readonly string[],
): Answer {
  const some = machines.filter(({ events }) => events.length > 0);
  if (some.length > 0) return { json: machines, lines: some.flatMap(linesOf) };
  return {
    json: machines,
    lines: [
      `Nothing was seen of a boot of ${args[0]} in the last seven days: no node answered it as firmware or a boot loader, and it fetched nothing from a boot server.`,
      `\`leasehold why ${args[0]}\` shows whether its packets arrived; \`boot\` of the network document has to be set for its subnet.`,
    ],
  };
}

async function seenMachines({ args, api }: Context): Promise<readonly SeenMachine[]> {
  const who = anyIdentifier(args[0]!);
  const { body } = await api.get(`/api/v1/boot/log?of=${encodeURIComponent(who)}`);
  const machines = (body as { machines?: readonly SeenMachine[] } | undefined)?.machines;
  if (!Array.isArray(machines))
    throw new Failure(
      "The node's answer has no machines.",
      "Update the node: it is older than this command.",
    );
  return machines;
}
