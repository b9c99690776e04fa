/** How large HAProxy's buffers are: for the heads that pass, what is read of bodies, and what policies add. */
import { line, type Text } from '../language/text';
import { bytesPerLine, type Growth, growthOf, largestHead, longest } from '../parts/room';

/** Added to every request and answer, whatever its policies are; compression's are among them. */
export const frameGrowth: Growth = growthOf({
  request: {
    'x-forwarded-for': longest.address,
    'x-forwarded-proto': 'https'.length,
    'x-forwarded-port': 5,
    'x-request-id': longest.requestId,
    connection: 'upgrade'.length,
    'x-gateway-api': longest.name,
  },
  answer: {
    'x-request-id': longest.requestId,
    via: '1.1 '.length + longest.name,
    connection: 'close'.length,
    'content-encoding': 'gzip'.length,
    'transfer-encoding': 'chunked'.length,
    vary: 'Accept-Encoding'.length,
    'x-gateway-server': longest.name + 6,
  },
});

export interface Buffers {
  readonly bytes: number;
  /** Part of them that what arrives leaves free. */
  readonly reserve: number;
  /** Header lines of one message. */
  readonly lines: number;
}

/** HAProxy's own notes in a buffer, and the first line's. */
const notes = 256;

const inSteps = (bytes: number) => Math.ceil(bytes / 256) * 256;

/**
 * What has grown on the way to another member, or to another version of an API, arrives there once more, and grows again:
 * hence the growth twice.
 *
 * @param bodyBytes of a body that is read while its request waits
 */
export function buffersFor(growth: Growth, bodyBytes: number): Buffers {
  const reserve = Math.max(768, inSteps(Math.max(growth.request, growth.answer)));
  const lines = largestHead.lines + growth.lines;
  const arrives = largestHead.bytes + bytesPerLine * lines + notes + bodyBytes + reserve;
  return { bytes: Math.max(16 * 1024, inSteps(arrives + reserve)), reserve, lines };
}

export const bufferLines = ({ bytes, reserve, lines }: Buffers): Text[] => [
  line`tune.bufsize ${bytes}`,
  line`tune.maxrewrite ${reserve}`,
  // One more than there may be.
  line`tune.http.maxhdr ${lines + 8}`,
];
