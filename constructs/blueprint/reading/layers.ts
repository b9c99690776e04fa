/** Files one over the other: what an environment file says, over what the files that it extends say. */
import type { Path } from '../../problems';
import type { Place, SourceDocument } from './document';
import { isMapping } from './shape';

/** A file, read. */
export interface Layer {
  readonly file: string;
  readonly document: SourceDocument;
}

/** Mappings are merged, key by key; what is anything else takes the place of what is below; nothing (`null`) takes it away. */
export function merged(above: unknown, below: unknown): unknown {
  if (!isMapping(above) || !isMapping(below)) return above;
  const kept = Object.entries(below).filter(([key]) => !Object.hasOwn(above, key));
  const said = Object.entries(above).flatMap(([key, value]) => {
    if (!Object.hasOwn(below, key)) return [[key, value]];
    return value === null ? [] : [[key, merged(value, below[key])]];
  });
  return Object.fromEntries([...kept, ...said]);
}

/** The value at a path, and how much of the path there is before something that is no mapping ends it. */
function along(data: unknown, path: Path): { readonly depth: number; readonly isOwner: boolean } {
  let at = data;
  for (const [depth, step] of path.entries()) {
    if (!isMapping(at)) return { depth, isOwner: true };
    if (!Object.hasOwn(at, step)) return { depth, isOwner: false };
    at = at[step as string];
  }
  return { depth: path.length, isOwner: true };
}

/** The layer that says what stands at a path, or what is above it where none does. */
function layerOf(layers: readonly [Layer, ...Layer[]], path: Path): Layer {
  let best = layers[0];
  let most = -1;
  for (const layer of layers) {
    const { depth, isOwner } = along(layer.document.data, path);
    if (isOwner) return layer;
    if (depth > most) [best, most] = [layer, depth];
  }
  return best;
}

/**
 * Reads as one document, whose places are in the file that says a value.
 * @param layers the uppermost first
 */
export function layered(layers: readonly [Layer, ...Layer[]]): SourceDocument {
  const { extends: _, ...data } = layers
    .map(({ document }) => document.data)
    .reduceRight((below, above) => merged(above, below)) as Record<string, unknown>;
  return {
    readable: true,
    data,
    problems: layers.flatMap(({ file, document }) =>
      document.problems.map((problem) => ({ ...problem, file })),
    ),
    dropped: layers.flatMap(({ document }) => document.dropped),
    has: (path) => layers.some(({ document }) => document.has(path)),
    place: (path, what): Place => {
      const { file, document } = layerOf(layers, path);
      return { ...document.place(path, what), file };
    },
  };
}
