// What a node says that it cannot use, in lines of `leasehold status`. Older nodes say nothing of it.

export interface Unusable {
  readonly unreadable?: readonly {
    readonly bucket: string;
    readonly count: number;
    readonly records: readonly { readonly key: string; readonly reason: string }[];
  }[];
  readonly strayLeases?: { readonly count: number; readonly addresses: readonly string[] };
  readonly badMessages?: Readonly<Record<string, number>>;
}

export function unusableLines({ unreadable = [], strayLeases, badMessages = {} }: Unusable): string[] {
  const lines = unreadable.flatMap(({ bucket, count, records }) => [
    `${counted(count, "record")} in ${bucket} cannot be read and ${count === 1 ? "is" : "are"} ignored:`,
    ...records.map(({ key, reason }) => `  ${key}  ${reason}`),
    ...(count > records.length ? [`  and ${count - records.length} more`] : []),
  ]);
  if (strayLeases !== undefined && strayLeases.count > 0) {
    const { count, addresses } = strayLeases;
    const more = count > addresses.length ? ", …" : "";
    lines.push(
      `${counted(count, "lease")} ${count === 1 ? "is" : "are"} in no subnet of the network document: ${addresses.join(", ")}${more}`,
    );
  }
  const kinds = Object.entries(badMessages).map(([kind, count]) => `${count} ${kind}`);
  if (kinds.length > 0) lines.push(`Malformed NATS messages since the start: ${kinds.join(", ")}`);
  return lines.length > 0 ? ["", ...lines] : [];
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
