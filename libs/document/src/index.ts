// Documents that a person writes, in YAML or JSON: read with the place of every key, checked, and all mistakes told in words. Pure.
export { type Advice, adviceFrom } from "./closest.ts";
export { readText } from "./document-text.ts";
export { namedFileFindings, type ReadFile, unreadableFile } from "./named-files.ts";
export { describe, type Finding, formatPath, formatProblem, type Path, type Problem } from "./problem.ts";
export {
  type Checked,
  checkDocument,
  concluded,
  inOrder,
  type Parsed,
  readDocument,
  schemaFindings,
  type TextRead,
} from "./read-document.ts";
export { section } from "./section.ts";
