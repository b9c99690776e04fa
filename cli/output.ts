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

/** A table without lines between rows. Cells are written as they are. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const view = new Table({
    head: head.map((text) => pc.bold(text)),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(
      ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
        .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
        .map((name) => [name, '']),
    ),
  });
  view.push(...rows.map((row) => [...row]));
  return view.toString();
}
