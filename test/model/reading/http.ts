/** What a pair and the reference are both asked, what they do, and how the text of a request is read. */

/** A request as a client sends it. */
export interface Asked {
  readonly method: string;
  /** Path and query, as they stand in the request. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As long as the headers say. */
  readonly body?: string;
  /** Where the connection comes from. */
  readonly from: string;
}

/** By lower-case name; undefined: it is not there. */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

/** What a gateway does with a request, and what its access log says of it. */
export interface Decision extends Answer {
  /** Why it was refused. */
  readonly deny?: string;
  readonly api?: string;
  readonly route?: string;
  readonly consumer?: string;
  readonly cache?: 'HIT' | 'MISS' | 'BYPASS';
  /** What the API gets; absent when it gets nothing. */
  readonly reached?: Pick<Asked, 'method' | 'target'> & { readonly headers: Headers };
  /** What is left in each window of the limit. */
  readonly left?: readonly number[];
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly deny: string,
  ) {
    super(deny);
  }
}

/** @throws Refused unless it holds */
export function need(holds: unknown, status: number, deny: string): asserts holds {
  if (!holds) throw new Refused(status, deny);
}

/** A request, as far as all programs read it alike. */
export class Request {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  /** Undefined without a question mark. */
  readonly query?: string;
  readonly body: string;

  constructor(private readonly asked: Asked) {
    this.method = asked.method;
    this.target = asked.target;
    this.path = pathOf(asked.target);
    this.query = queryOf(asked.target);
    this.body = asked.body ?? '';
  }

  get lines() {
    return this.asked.headers;
  }

  get host(): string {
    return this.first('host').replace(/:\d+$/, '').toLowerCase();
  }

  /** The balancer appends the address that it saw. */
  get client(): string {
    return this.all('x-forwarded-for').at(-1)?.split(',').at(-1)?.trim() ?? this.asked.from;
  }

  get isChunked(): boolean {
    return this.has('transfer-encoding');
  }

  get hasBody(): boolean {
    return this.isChunked || !['', '0'].includes(this.first('content-length'));
  }

  /** The Fetch standard, section 3.2.2. */
  get isPreflight(): boolean {
    return this.method === 'OPTIONS' && this.has('origin') && this.has('access-control-request-method');
  }

  /** Values of a header, one for each line. */
  all(name: string): string[] {
    return this.lines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  first(name: string): string {
    return this.all(name)[0] ?? '';
  }
}

export const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';
export const queryOf = (target: string): string | undefined => target.split(/\?(.*)/s)[1];

/** Of a query, each as it is written. */
export const parametersIn = (query = '') =>
  query.split('&').flatMap((text) => {
    const [name = '', value] = text.split(/=(.*)/s) as [string?, string?];
    return text === '' ? [] : [{ text, name, value }];
  });

/** Parts between commas, in lower case. */
export const listed = (text = ''): string[] => text.toLowerCase().split(/[ ,]+/).filter(Boolean);

/** As an HTML form writes it. Undefined: not UTF-8, or no value at all. */
export function formValue(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** RFC 3986: all but letters, digits and `- . _ ~`. */
export const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
