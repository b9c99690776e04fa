/** Values with placeholders, as log formats in double quotes. */

import { type Placeholder, partsOf, placeholderIn } from '../../policies/transformation';
import { join, line, type PlaceName, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { longest } from '../parts/room';

type Sources = Readonly<Record<Placeholder, Text>>;

/** For requests: on the owner's side of the cache, only the headers know of the client. */
export const requestSources: Sources = {
  consumer: line`req.fhdr(x-consumer-id)`,
  requestId: line`req.fhdr(x-request-id)`,
  clientAddress: line`req.fhdr(x-forwarded-for)`,
  api: line`var(${txn.api})`,
  route: line`var(${txn.route})`,
};

/** For answers: the request's headers are no longer there. */
export const responseSources: Sources = {
  consumer: line`var(${txn.consumer})`,
  requestId: line`var(${txn.request_id})`,
  clientAddress: line`var(${txn.client})`,
  api: line`var(${txn.api})`,
  route: line`var(${txn.route})`,
};

/** Each part that stands for itself; of an empty value, the empty text. */
export const literalsOf = (value: string): string[] =>
  value === '' ? [''] : partsOf(value).filter((part) => placeholderIn(part) === undefined);

/** How long each can be. */
const lengths: Readonly<Record<Placeholder, number>> = {
  consumer: longest.consumer,
  requestId: longest.requestId,
  clientAddress: longest.address,
  api: longest.name,
  route: longest.name,
};

const lengthOf = (
  value: string,
  each: { literal(part: string): number; placeholder(length: number): number },
) =>
  partsOf(value).reduce((sum, part) => {
    const name = placeholderIn(part);
    return sum + (name ? each.placeholder(lengths[name]) : each.literal(part));
  }, 0);

/** How long a header's value can be. */
export const longestHeader = (value: string): number =>
  lengthOf(value, { literal: ({ length }) => length, placeholder: (length) => length });

/** How long a query parameter's value can be, when each byte of a placeholder is encoded. */
export const longestQuery = (value: string): number =>
  lengthOf(value, {
    literal: (part) => encodeURIComponent(part).length,
    placeholder: (length) => 3 * length,
  });

function format(value: string, sources: Sources, place: PlaceName, then: Text): Text {
  return join(
    partsOf(value).map((part) => {
      const name = placeholderIn(part);
      return name ? line`%[${sources[name]}${then}]` : put(place, part);
    }),
    line``,
  );
}

/** A header's value, without the quotes. */
export const headerFormat = (value: string, sources: Sources): Text =>
  format(value, sources, 'format', line``);

/** A query parameter's value, without the quotes. */
export const queryFormat = (value: string): Text =>
  format(value, requestSources, 'queryValue', line`,url_enc`);
