import { Tokenization } from 'cdktf';

/**
 * Text for Terraform's JSON syntax, where every string is a template: `${` and `%{` in what a person wrote
 * would be read as an expression. Engine values (tokens) inside the text stay as they are.
 *
 * Source: https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
 */
const TOKEN_OR_TEMPLATE = /\$\{TfToken\[[^\]]*\]\}|\$\{|%\{/g;

function escapedText(text: string): string {
  return text.replace(TOKEN_OR_TEMPLATE, (found) => (found.length > 2 ? found : `${found[0]}${found}`));
}

/** The same data, with each string in it, keys too, taken literally. */
export function literal<Data>(data: Data): Data {
  return taken(data) as Data;
}

function taken(value: unknown): unknown {
  if (typeof value === 'string') return escapedText(value);
  if (Array.isArray(value)) return value.map(taken);
  if (value !== null && typeof value === 'object' && !Tokenization.isResolvable(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [escapedText(key), taken(each)]));
  }
  return value;
}
