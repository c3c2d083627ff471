// What SMD keeps of hosts, with SMD's own rules where a syncer can notice them (OpenCHAMI/smd, HSM v2): what is
// checked and what is not, which writes touch LastUpdate. A stand-in: it is not SMD and serves nobody but tests.

export interface InterfaceRow {
  ID: string;
  Description: string;
  MACAddress: string;
  LastUpdate: string;
  ComponentID: string;
  Type: string;
  IPAddresses: { IPAddress: string; Network?: string }[];
}

export interface Component {
  ID: string;
  Type: string;
  State: string;
  Flag: string;
  Enabled: boolean;
  [field: string]: unknown;
}

/** A refusal in SMD's words, answered as RFC 7807 JSON. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

type Fields = Readonly<Record<string, unknown>>;

export class SmdTables {
  readonly interfaces = new Map<string, InterfaceRow>();
  readonly components = new Map<string, Component>();

  /** Rows as they are, unchecked: Redfish discovery stores a hardware address in whatever form it got it. */
  load(contents: { EthernetInterfaces?: readonly Fields[]; Components?: readonly Fields[] }): void {
    for (const row of contents.EthernetInterfaces ?? []) {
      const mac = String(row.MACAddress ?? "");
      const id = String(row.ID ?? mac.replaceAll(":", ""));
      this.interfaces.set(id, { ...blankRow(id, mac), ...row } as InterfaceRow);
    }
    for (const component of contents.Components ?? []) this.putComponent(component, true);
  }

  /** POST: the hardware address is checked and made canonical; an address only must not be empty. */
  addInterface(fields: Fields): string {
    const digits = String(fields.MACAddress ?? "")
      .toLowerCase()
      .replaceAll(/[:-]/g, "");
    if (!/^[0-9a-f]{12}$/.test(digits)) throw new Refusal(400, "Invalid MAC address");
    if (this.interfaces.has(digits)) {
      throw new Refusal(
        409,
        "operation would conflict with an existing component ethernet interface that has the same MAC address.",
      );
    }
    const row = blankRow(digits, digits.match(/../g)!.join(":"));
    this.interfaces.set(digits, row);
    this.write(row, { IPAddresses: [], ...fields });
    return digits;
  }

  /** PATCH: LastUpdate moves only when IPAddresses are given. */
  changeInterface(id: string, fields: Fields): void {
    const row = this.interfaces.get(id);
    if (!row) throw new Refusal(404, `no such xname or id: ${id}`);
    this.write(row, fields);
  }

  removeInterface(id: string): void {
    if (!this.interfaces.delete(id)) throw new Refusal(404, `no such xname or id: ${id}`);
  }

  /** An existing component is overwritten only by force. */
  putComponent(fields: Fields, force: boolean): void {
    const id = String(fields.ID ?? "");
    if (id === "") throw new Refusal(400, "Component ID is missing");
    if (this.components.has(id) && !force) return;
    const blank = { ID: id, Type: typeOf(id), State: "On", Flag: "OK", Enabled: true };
    this.components.set(id, { ...blank, ...this.components.get(id), ...fields });
  }

  removeComponent(id: string): void {
    if (!this.components.delete(id)) throw new Refusal(404, `no such xname: ${id}`);
  }

  private write(row: InterfaceRow, fields: Fields): void {
    if (Array.isArray(fields.IPAddresses)) {
      const addresses = fields.IPAddresses as InterfaceRow["IPAddresses"];
      if (addresses.some(({ IPAddress }) => !IPAddress)) throw new Refusal(400, "IPAddress is empty");
      row.IPAddresses = addresses;
      row.LastUpdate = now();
    }
    if (typeof fields.Description === "string") row.Description = fields.Description;
    if (typeof fields.ComponentID === "string") {
      row.ComponentID = fields.ComponentID;
      row.Type = typeOf(fields.ComponentID);
    }
  }
}

function blankRow(id: string, mac: string): InterfaceRow {
  return {
    ID: id,
    Description: "",
    MACAddress: mac,
    LastUpdate: now(),
    ComponentID: "",
    Type: "",
    IPAddresses: [],
  };
}

/** The type that an xname names by its form. */
function typeOf(xname: string): string {
  if (/^x\d+c\d+s\d+b\d+n\d+$/.test(xname)) return "Node";
  return /^x\d+c\d+s\d+b\d+$/.test(xname) ? "NodeBMC" : "";
}

// PostgreSQL's clock has microseconds.
function now(): string {
  const micros = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  const fraction = String(micros % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}.${fraction}Z`;
}
