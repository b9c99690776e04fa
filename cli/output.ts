/** How the command line speaks: tables for people, JSON for machines, colour only on a terminal. */
import Table from 'cli-table3';
import pc from 'picocolors';

/** What a command needs to write with. */
export interface Output {
  readonly json: boolean;
  line(text?: string): void;
  /** One JSON document on standard output; only with `--json`. */
  document(value: unknown): void;
}

export function consoleOutput(json: boolean): Output {
  return {
    json,
    line: (text = '') => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/** Between two columns. */
export const GAP = 2;

/** A table without lines between rows. @param widths of its columns, which words are wrapped in. @default as wide as the cells */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths?: readonly number[],
): string {
  const view = new Table({
    ...(widths && { colWidths: [...widths], wordWrap: true, wrapOnWordBoundary: true }),
    head: head.map((text) => pc.bold(text)),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
    chars: Object.fromEntries(
      ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
        .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
        .map((name) => [name, '']),
    ),
  });
  const breakable = (text: string, column: number): string =>
    widths?.[column] && !text.includes('\u001b')
      ? text.replace(new RegExp(`\\S{${widths[column] - GAP}}`, 'gu'), '$& ')
      : text;
  view.push(...rows.map((row) => row.map(breakable)));
  return view.toString().replace(/ +$/gm, '');
}
