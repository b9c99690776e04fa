/** What the constructs' classes show each other, and nobody else: published types are without it. */

const COMMENT = String.raw`(?: {4}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?`;
const VALUE = String.raw`(?:\{\n[\s\S]*?\n {4}\}|[^\n]*);\n`;

const MEMBERS = [
  // Classes for the resources and nouns of the graph.
  `static (?:override )?readonly (?:resources|nouns): ${VALUE}`,
  // The part of the graph that one is made of, and what another part takes of it.
  String.raw`readonly noun: NounOf<Name>;\n`,
  String.raw`get link\(\): \w+;\n`,
  // Of what is only ever made in another one.
  String.raw`constructor\([^\n]*\bpart: Part<'[\w-]+'>[^\n]*\);\n`,
  String.raw`engineValue\(value: unknown\): unknown;\n`,
].map((member) => new RegExp(`^${COMMENT} {4}${member}`, 'gm'));

/** A construct that stands in another one is made of a part of it. */
const PART = / \| Part<'[\w-]+'>/g;

export const withoutInner = (text: string): string =>
  MEMBERS.reduce((shorter, member) => shorter.replace(member, ''), text).replace(PART, '');
