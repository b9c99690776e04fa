/** Characters by their bits: printable ASCII in its order, and one bit for all characters beyond ASCII. */
export type Mask = bigint;

/** A regular expression that has been read. `source` is a part as it was written. */
export type Pattern =
  | { readonly kind: 'set'; readonly mask: Mask; readonly source: string }
  | { readonly kind: 'all'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'any'; readonly options: readonly Pattern[] }
  /** `most` may be Infinity. */
  | {
      readonly kind: 'times';
      readonly of: Pattern;
      readonly least: number;
      readonly most: number;
      readonly source: string;
    };
