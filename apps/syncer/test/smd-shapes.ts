// Rows in SMD's shapes, as few words as a test needs.

export interface Row {
  ID: string;
  Description: string;
  MACAddress: string;
  LastUpdate: string;
  ComponentID: string;
  Type: string;
  IPAddresses: { IPAddress: string; Network?: string }[];
}

const DEFAULT_UPDATE = "2026-03-01T10:00:00.250817Z";

export function row(
  mac: string,
  component: string,
  addresses: readonly string[],
  more: Partial<Row> = {},
): Row {
  return {
    ID: mac.toLowerCase().replaceAll(/[:-]/g, ""),
    Description: "",
    MACAddress: mac,
    LastUpdate: DEFAULT_UPDATE,
    ComponentID: component,
    Type: component.includes("n") ? "Node" : "NodeBMC",
    IPAddresses: addresses.map((IPAddress) => ({ IPAddress })),
    ...more,
  };
}

export function node(ID: string, NID: number, more: object = {}) {
  return {
    ID,
    Type: "Node",
    State: "Ready",
    Flag: "OK",
    Enabled: true,
    Role: "Compute",
    NID,
    Arch: "X86",
    ...more,
  };
}

export function bmc(ID: string) {
  return { ID, Type: "NodeBMC", State: "Ready", Flag: "OK", Enabled: true };
}
