// What a machine asks for, by TFTP or HTTP: one tree of names for both.

export interface Asked {
  readonly via: "tftp" | "http";
  /** As it was written, for people. */
  readonly name: string;
  /** Of the name, without empty parts, "." and "..". */
  readonly path: readonly string[];
  /** Of a parameter that is there twice, the first. */
  readonly query: ReadonlyMap<string, string>;
  /** Where it came from. */
  readonly client: string;
  /** The own address that was asked. */
  readonly server: string;
}
