/** Validation of the query string: compared as the API will read it, or refused. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Agreed } from './support/agreed';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

let pair: Pair;
let agreed: Agreed;
beforeAll(async () => {
  pair = await Pair.start({
    net: 66,
    shift: 60,
    instances: { search: 1 },
    model: gatewayModel({
      search: {
        policies: {
          validation: {
            query: {
              parameters: {
                q: { required: true, pattern: '[^<>]{1,20}' },
                page_size: { integer: { minimum: -5, maximum: 100 } },
                sort: { enum: ['name', 'date desc', '-m'] },
                flag: {},
              },
            },
          },
        },
        routes: {
          open: {
            paths: ['/search/open'],
            policies: {
              validation: { query: { parameters: { id: { pattern: '\\d+' } }, additional: 'allow' } },
            },
          },
          none: { paths: ['/search/none'], policies: { validation: { query: {} } } },
          free: { paths: ['/search/free'], policies: { validation: 'none' } },
        },
      },
    }),
  });
  agreed = new Agreed(pair);
}, 30_000);
afterAll(() => pair.stop());
afterEach(() => agreed.again());

const twice = (name: string) =>
  `400 The query parameter ${name} may be sent only once, and by exactly this name.`;

test('the query: what is asked for, and nothing else', async () => {
  const unknown = '400 The query has a parameter that this API does not take.';
  const cases: Record<string, string | number> = {
    'q=a': 200,
    'q=M%C3%BCller+%26+%F0%9F%98%80': 200,
    '&q=a&&flag&': 200,
    'q=a&page_size=100&sort=date+desc&flag=x': 200,
    'q=a&page_size=-5&sort=-m': 200,
    'q=%41': 200,
    '': '400 The query parameter q is missing.',
    flag: '400 The query parameter q is missing.',
    q: '400 The query parameter q is not valid.',
    'q=': '400 The query parameter q is not valid.',
    'q=%3Cb': '400 The query parameter q is not valid.',
    'q=%3cb': '400 The query parameter q is not valid.',
    'q=a%0A': '400 The query parameter q is not valid.',
    'q=a%00%3C': '400 The query parameter q is not valid.',
    'q=a%7F': '400 The query parameter q is not valid.',
    'q=%80': '400 The query parameter q is not valid.',
    'q=%ED%A0%80': '400 The query parameter q is not valid.',
    'q=a%zz': '400 The query parameter q is not valid.',
    [`q=${'a'.repeat(21)}`]: '400 The query parameter q is not valid.',
    [`q=${'%C3%BC'.repeat(20)}`]: 200,
    [`q=${'%C3%BC'.repeat(21)}`]: '400 The query parameter q is not valid.',
    'q=a&q=b': twice('q'),
    'q=a&flag&q': twice('q'),
    'q=a&flag&flag=': twice('flag'),
    'q=a&page_size=101': '400 The query parameter page_size must be a whole number from -5 to 100.',
    'q=a&page_size=-6': '400 The query parameter page_size must be a whole number from -5 to 100.',
    'q=a&page_size=-0': '400 The query parameter page_size must be a whole number from -5 to 100.',
    'q=a&page_size=5x': '400 The query parameter page_size must be a whole number from -5 to 100.',
    'q=a&page_size=': '400 The query parameter page_size must be a whole number from -5 to 100.',
    'q=a&page_size=99999999999999999999':
      '400 The query parameter page_size must be a whole number from -5 to 100.',
    'q=a&sort=Name': '400 The query parameter sort is not valid.',
    'q=a&sort=name,date': '400 The query parameter sort is not valid.',
    'q=a&other=1': unknown,
    'Q=a': unknown,
    'q=a&%71=b': unknown,
    'q=a&q[]=b': unknown,
    'q=a&q%5B%5D=b': unknown,
    'q=a&+q=b': unknown,
    'q=a&pageXsize=1': unknown,
    'q=a;page_size=1': '400 The query can be read in more than one way.',
    'q=a?q=b&flag': 200,
  };
  const found: Record<string, string | number> = {};
  for (const query of Object.keys(cases)) found[query] = await agreed.outcome(`/search?${query}`);
  expect(found).toEqual(cases);
  expect(agreed.reached('search')).toBe(2 * Object.values(cases).filter((one) => one === 200).length);
  expect(await agreed.outcome('/search')).toBe('400 The query parameter q is missing.');
});

test('the query: others allowed, but none that could be read as the one that is checked', async () => {
  const ambiguous = '400 The query can be read in more than one way.';
  const cases: Record<string, string | number> = {
    '': 200,
    'id=7': 200,
    'id=7&filter%5Bid%5D=x&a[id]=1&xid=y&id2=z&a=id=x&note=a%0Ab': 200,
    'x=1&id=%37': 200,
    'id=x': '400 The query parameter id is not valid.',
    id: '400 The query parameter id is not valid.',
    'id=7&id=x': twice('id'),
    'ID=x': twice('id'),
    'id=7&Id=x': twice('id'),
    'id[]=x': twice('id'),
    'id%5b0%5D=x': twice('id'),
    'id=7&%69d=x': ambiguous,
    'id=7&i%64=x': ambiguous,
    'id=7&+id=x': ambiguous,
    'id=7&%20id=x': ambiguous,
    'id=7&id%00=x': ambiguous,
    'a=1;id=x': ambiguous,
  };
  const found: Record<string, string | number> = {};
  for (const query of Object.keys(cases)) found[query] = await agreed.outcome(`/search/open?${query}`);
  expect(found).toEqual(cases);
});

test('the query: a route that takes none, and one that takes whatever comes', async () => {
  expect(
    await agreed.outcomes(['/search/none', '/search/none?', '/search/none?q=a', '/search/free?q=1&q=2;x']),
  ).toEqual({
    '/search/none': 200,
    '/search/none?': 200,
    '/search/none?q=a': '400 This API takes no parameters in the query.',
    '/search/free?q=1&q=2;x': 200,
  });
});
