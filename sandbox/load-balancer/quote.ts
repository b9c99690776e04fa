/** Text from AWS's APIs, made safe for one word of an HAProxy configuration. */

/**
 * One word for HAProxy, whatever characters it holds.
 *
 * @throws when the text holds a control character: no quoting keeps those on one line.
 */
export function quote(text: string): string {
  if (hasControlCharacter(text)) throw new Error(`a control character in ${JSON.stringify(text)}`);
  return `"${text.replace(/[\\"$]/g, '\\$&')}"`;
}

/** Like `quote`, for a place where HAProxy expands `%[...]`: percent signs of the text stay what they are. */
export function quoteFormat(text: string): string {
  return quote(text.replaceAll('%', '%%'));
}

/**
 * A response body on one line: what HAProxy's parser turns back into the same bytes.
 *
 * @throws when the text holds a control character other than tab and line ends.
 */
export function quoteBody(text: string): string {
  const whitespace: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  if (hasControlCharacter(text.replace(/[\n\r\t]/g, '')))
    throw new Error('a control character in a response body');
  const escaped = text.replace(/[\\"$]/g, '\\$&');
  return `"${escaped.replace(/[\n\r\t]/g, (character) => whitespace[character] ?? '')}"`;
}

/** The regular expression that an AWS pattern stands for; `\*`, `\?` and `\\` are the characters themselves. */
export function patternToRegex(pattern: string, any = '.'): string {
  let regex = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (character === '\\' && /[*?\\]/.test(next)) {
      regex += escapeRegex(next);
      at++;
    } else if (character === '*') regex += `${any}*`;
    else if (character === '?') regex += any;
    else regex += escapeRegex(character);
  }
  return regex;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/#-]/g, '\\$&');
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}
