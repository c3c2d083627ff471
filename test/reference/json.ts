// JSON as Biome formats it: mappings over several lines, lists of plain values on one line where they fit.
const WIDTH = 110;

export function formatJson(value: unknown, indent = "", before = 0): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => formatJson(item, inner));
    const line = `[${items.join(", ")}]`;
    const isPlain = value.every((item) => typeof item !== "object" || item === null);
    if (items.length === 0 || (isPlain && indent.length + before + line.length < WIDTH)) return line;
    return `[\n${items.map((item) => inner + item).join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, one]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${formatJson(one, inner, name.length)}`;
  });
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
}
