/** Markdown as the documents have it. */

/** A table with aligned columns. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

const region = /(<!-- generated: ([^>]+?) -->\n)([\s\S]*?)(<!-- end -->)/g;

/**
 * The text with each part between `<!-- generated: NAME -->` and `<!-- end -->` written anew.
 *
 * @throws Error when a name is not among the parts
 */
export function withGenerated(text: string, parts: Readonly<Record<string, () => string>>): string {
  return text.replace(region, (_, begin: string, name: string, __, end: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`No part of the documents is called "${name}".`);
    return `${begin}\n${part()}\n\n${end}`;
  });
}
