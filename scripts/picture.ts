/** The project's parts and which imports which, as a picture. */
import { type Imports, importsOf, productFolders, sourcesIn } from './imports';

/** Each is a folder, with what stands below it unless that is in another one of these. */
export const parts = [
  'cli',
  'stacks',
  'sandbox',
  'constructs/public',
  'constructs/aws-cdk',
  'constructs/cdktf',
  'constructs/pulumi',
  'constructs/terraform',
  'constructs/words',
  'constructs/graph',
  'constructs/blueprint',
  'constructs/gateway',
  'constructs',
] as const;

export type Part = (typeof parts)[number];

/** @throws Error when a file stands in none: a folder of the constructs is a part of its own */
export function partOf(file: string): Part {
  const part = parts.find((folder) => file.startsWith(`${folder}/`));
  if (part === undefined || (part === 'constructs' && file.split('/').length > 2)) {
    throw new Error(
      `${file} is in no part. Add its folder to the parts in scripts/picture.ts, say in test/unit/imports.test.ts which others it may import, and in CONTRIBUTING.md what stands there. Parts: ${parts.join(', ')}.`,
    );
  }
  return part;
}

/** By part, the parts that it imports. */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

export function edgesOf(imports: Imports): Edges {
  const edges = new Map<string, Set<string>>(parts.map((part) => [part, new Set()]));
  for (const [file, imported] of imports) {
    const from = partOf(file);
    for (const to of imported.map(partOf)) if (to !== from) edges.get(from)?.add(to);
  }
  return edges;
}

/** Without the edges that follow from others: what is reached in two steps is not drawn in one. */
export function reduced(edges: Edges): Edges {
  const reach = (from: string, found: Set<string>): Set<string> => {
    for (const to of edges.get(from) ?? []) if (!found.has(to)) reach(to, found.add(to));
    return found;
  };
  return new Map(
    [...edges].map(([from, to]) => {
      const further = new Set([...to].flatMap((one) => [...reach(one, new Set())]));
      return [from, new Set([...to].filter((one) => !further.has(one)))];
    }),
  );
}

const nodeOf = (part: string): string => part.replaceAll('/', '_');
const labelOf = (part: string): string => (part === 'constructs' ? 'constructs/*.ts' : part);

/** In Mermaid's language, which GitHub draws. https://mermaid.js.org/syntax/flowchart.html */
export const mermaid = (edges: Edges): string =>
  [
    '```mermaid',
    'flowchart TD',
    ...[...edges.keys()].map((part) => `  ${nodeOf(part)}["${labelOf(part)}"]`),
    ...[...edges].flatMap(([from, all]) => [...all].map((to) => `  ${nodeOf(from)} --> ${nodeOf(to)}`)),
    '```',
  ].join('\n');

const BEGIN = '<!-- picture: npm run picture -->';
const END = '<!-- end of picture -->';

/** A document with the picture of today. @throws Error when it has no place for it */
export function withPicture(document: string): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`The document has no lines "${BEGIN}" and "${END}".`);
  const picture = mermaid(reduced(edgesOf(importsOf(productFolders.flatMap(sourcesIn)))));
  return `${before}${BEGIN}\n\n${picture}\n\n${END}${after}`;
}
