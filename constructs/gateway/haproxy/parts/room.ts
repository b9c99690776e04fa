/**
 * How much policies add to what passes. HAProxy changes a message where it stands, in a buffer that has a part in reserve
 * for that; what does not fit there is a 500, after the API has done its work. So each policy says the most that it adds.
 */

/** Bytes in HAProxy's buffer, and header lines. */
export interface Growth {
  readonly request: number;
  readonly answer: number;
  readonly lines: number;
}

export const noGrowth: Growth = { request: 0, answer: 0, lines: 0 };

/**
 * What passes in any case: bytes of the target and of the header lines, with the empty one at their end, and lines. Of
 * an answer, of its header lines.
 */
export const largestHead = { bytes: 15 * 1024, lines: 64 } as const;

/** HAProxy notes where each line is. */
export const bytesPerLine = 8;

/** A header line, or some: names, and how long their values can be. */
const linesOf = (headers: Readonly<Record<string, number>>) => ({
  bytes: Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value + bytesPerLine, 0),
  lines: Object.keys(headers).length,
});

/** What is added, by name, with the length that its value can have. */
export function growthOf(
  added: {
    readonly request?: Readonly<Record<string, number>>;
    readonly answer?: Readonly<Record<string, number>>;
  },
  /** Beside new lines. */
  beside: Partial<Growth> = {},
): Growth {
  const [request, answer] = [linesOf(added.request ?? {}), linesOf(added.answer ?? {})];
  return {
    request: request.bytes + (beside.request ?? 0),
    answer: answer.bytes + (beside.answer ?? 0),
    lines: Math.max(request.lines, answer.lines) + (beside.lines ?? 0),
  };
}

export const sum = (all: readonly Growth[]): Growth =>
  all.reduce(
    (one, other) => ({
      request: one.request + other.request,
      answer: one.answer + other.answer,
      lines: one.lines + other.lines,
    }),
    noGrowth,
  );

export const most = (all: readonly Growth[]): Growth =>
  all.reduce(
    (one, other) => ({
      request: Math.max(one.request, other.request),
      answer: Math.max(one.answer, other.answer),
      lines: Math.max(one.lines, other.lines),
    }),
    noGrowth,
  );

/** The longest that each can be: names as the configuration takes them, callers as keys and tokens have them. */
export const longest = {
  name: 63,
  /** `jwt:`, the issuer's label and a subject; more than a consumer's name. */
  consumer: 73,
  requestId: 64,
  address: 39,
} as const;
