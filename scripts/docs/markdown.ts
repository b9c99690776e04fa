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

export interface Block {
  /** The word after the fence; empty when there is none. */
  readonly language: string;
  readonly text: string;
  /** Line of the file that its first line is, from 1. */
  readonly line: number;
}

/** All fenced blocks of a document, in their order. */
export function fencedBlocks(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let open: { language: string; from: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = /^```(\S*)/.exec(line);
    if (!fence) continue;
    if (open)
      blocks.push({
        language: open.language,
        text: lines.slice(open.from, index).join('\n'),
        line: open.from + 1,
      });
    open = open ? undefined : { language: fence[1] ?? '', from: index + 1 };
  }
  if (open) throw new Error(`The block that begins in line ${open.from} does not end.`);
  return blocks;
}

/** What GitHub makes of a heading, to lead to it. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
