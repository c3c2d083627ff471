// Which machine a script is for: what it or its loader has said of itself, and what the inventory and its lease add.
import type { Host } from "@leasehold/inventory";
import type { Ipv4, Mac } from "@leasehold/protocol";

export interface BootMachine {
  readonly mac?: Mac | undefined;
  /** Of the inventory; undefined: it has none. */
  readonly host?: Host | undefined;
  /** Of its lease, or the one that it asks from. */
  readonly address?: Ipv4 | undefined;
  /** Its processor, as iPXE (`buildarch`), the inventory or option 93 has it. */
  readonly arch?: string | undefined;
  readonly uuid?: string | undefined;
  readonly serial?: string | undefined;
  /** Option 82 and giaddr of its lease. */
  readonly agent?: Uint8Array | undefined;
  readonly giaddr?: Ipv4 | undefined;
}

/** The node that the machine asks. */
export interface BootNode {
  readonly name: string;
  /** The address that it was asked at: its URL is the first one in the script. */
  readonly address?: Ipv4 | undefined;
}
