// One script to be made: what all languages need to know of it.

export interface ScriptCase {
  /** Lines for the console, each sayable. */
  readonly heading: readonly string[];
  /** Where the script itself is asked for again. */
  readonly addresses: readonly string[];
  /** As iPXE calls it; undefined where it is not known. */
  readonly processor: string | undefined;
  /** What reads pxelinux.cfg on a machine without an x86 processor. */
  readonly isUBoot: boolean;
}

export type Rendered = { readonly content: string | Uint8Array } | { readonly missing: string };
