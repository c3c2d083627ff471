// Something that `./run bench` measures.
import type { Result, Shown } from "./results.ts";
import type { Words } from "./words.ts";

export interface Subject {
  readonly name: string;
  readonly usage: string;
  readonly about: string;
  measure(words: Words, labName: string): Promise<object>;
  show(result: Result): Shown;
}
