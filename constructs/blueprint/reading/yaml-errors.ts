/** What the YAML parser complains of, in words. Its own messages may repeat a piece of the file: they are not shown. */
import type { ErrorCode } from 'yaml';

interface Explained {
  readonly message: string;
  readonly fix: string;
}

const indentation: Explained = {
  message: 'This line is indented in a way that fits no line above it.',
  fix: 'Begin keys that belong together in the same column, and close each bracket that is opened above.',
};
const nested: Explained = {
  message: 'This value looks like a key with a value of its own.',
  fix: 'Put the inner key on the next line, indented; or put the value in quotes when it contains ": ".',
};
const unexpected: Explained = {
  message: 'This is not YAML here.',
  fix: 'Look for a missing quote, bracket, colon or space after a colon, here or in the line above.',
};
const anchors: Explained = {
  message: 'Anchors, aliases and tags have no place in an environment file.',
  fix: 'Write the value out where it is used.',
};

const table: Partial<Record<ErrorCode, Explained>> = {
  TAB_AS_INDENT: { message: 'This line is indented with a tab.', fix: 'Indent with two spaces.' },
  BAD_INDENT: indentation,
  MULTILINE_IMPLICIT_KEY: indentation,
  BLOCK_AS_IMPLICIT_KEY: nested,
  BLOCK_IN_FLOW: nested,
  MISSING_CHAR: {
    message: 'A quote, bracket, colon, comma or space is missing here.',
    fix: 'Close what was opened, and put a space after each colon and a comma between values in brackets.',
  },
  BAD_SCALAR_START: {
    message: 'A value cannot begin with this character unless it is in quotes.',
    fix: 'Put the value in quotes.',
  },
  BAD_DQ_ESCAPE: {
    message: 'The backslash in this double-quoted value means nothing in YAML.',
    fix: 'Put the value in single quotes, or double the backslash.',
  },
  MULTIPLE_DOCS: {
    message: 'The file holds more than one YAML document.',
    fix: 'Remove the line that begins with --- or ...; one file is one environment.',
  },
  KEY_OVER_1024_CHARS: { message: 'This key is far too long.', fix: 'Look for a missing colon.' },
  RESOURCE_EXHAUSTION: { message: 'The file is nested too deeply.', fix: 'Look for a stray bracket.' },
  BAD_ALIAS: anchors,
  ALIAS_PROPS: anchors,
  MULTIPLE_ANCHORS: anchors,
  MULTIPLE_TAGS: anchors,
  TAG_RESOLVE_FAILED: anchors,
  BAD_DIRECTIVE: {
    message: 'A line that begins with % is a YAML directive, which an environment file does not need.',
    fix: 'Remove the line.',
  },
};

export function explainYamlError(code: ErrorCode): Explained {
  return table[code] ?? unexpected;
}
