/** What the reference is asked and what it says. */

/** A request as a client sends it. */
export interface Asked {
  readonly method: string;
  /** Path and query, as they stand in the request. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Sent with a Content-Length. */
  readonly body?: string;
  /** Where the connection comes from. */
  readonly from: string;
}

/** What an API answers. */
export interface PoolAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the gateway does with a request. */
export interface Decision {
  readonly status: number;
  /** Why it was refused, as the access log has it. */
  readonly deny?: string;
  readonly api?: string;
  readonly route?: string;
  readonly consumer?: string;
  readonly cache?: 'HIT' | 'MISS' | 'BYPASS';
  /** What the API gets; absent when it gets nothing. */
  readonly reached?: {
    readonly method: string;
    readonly target: string;
    /** By lower-case name; undefined: it must not be there. */
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
  /** Headers of the answer, by lower-case name; undefined: it must not be there. */
  readonly answer: Readonly<Record<string, string | undefined>>;
}

/** A refusal: status and reason. */
export type Refusal = readonly [status: number, deny: string];

export const isRefusal = (one: unknown): one is Refusal => Array.isArray(one) && typeof one[1] === 'string';

/** Values of a header, one for each line. */
export const valuesOf = ({ headers }: Pick<Asked, 'headers'>, name: string): string[] =>
  headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);

export const pathOf = ({ target }: Pick<Asked, 'target'>): string => target.split('?', 1)[0] ?? '';

/** Undefined without a question mark. */
export const queryOf = ({ target }: Pick<Asked, 'target'>): string | undefined =>
  target.includes('?') ? target.slice(target.indexOf('?') + 1) : undefined;
