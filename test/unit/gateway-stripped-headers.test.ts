/** A header that the gateway takes away from every request must not be one that a policy can be told to read. */
import { expect, test } from '@jest/globals';
import { stripHeaders } from '../../constructs/gateway/haproxy/frame/client';
import { requestHeader } from '../../constructs/gateway/policies/request-header';

const stripped = stripHeaders.flatMap((line) => {
  const [, name = '', begins] =
    /^http-request del-header ([a-z0-9-]+)( -m beg)?( unless .*)?$/.exec(line) ?? [];
  return name === '' ? [] : [begins ? `${name}anything` : name];
});

test('all that is taken away is known here', () => {
  expect(stripped).toEqual(
    expect.arrayContaining(['x-consumer-anything', 'forwarded', 'connection', 'upgrade']),
  );
  const others = stripHeaders.filter((line) => line.includes('del-header')).length - stripped.length;
  // Names with other characters than letters, digits and hyphens.
  expect(others).toBe(1);
});

test.each(stripped)('no policy reads %s', (name) => {
  expect(requestHeader.safeParse(name).success).toBe(false);
});

test.each(['x_api_key', 'x.api.key', 'X-Api-Key'])('no policy reads %s, as it is written', (name) => {
  expect(requestHeader.safeParse(name).success).toBe(false);
});

test.each(['x-api-key', 'authorization', 'accept-language', 'x-tenant', 'x-forwarder', 'proxied-by'])(
  'a policy may read %s',
  (name) => {
    expect(requestHeader.safeParse(name).success).toBe(true);
  },
);
