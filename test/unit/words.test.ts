/** What a construct is told, where something in it is known only later or is not said at all. */
import { Problems } from '../../constructs/problems';
import { apiServicePart } from '../../constructs/words/api-service';
import { gatewayPairPart } from '../../constructs/words/gateway-pair';
import { stageMeant } from '../../constructs/words/stage';

const LATER = Symbol('later');
const program = { at: 'shop', isLater: (value: unknown) => value === LATER };

const network = {
  vpc: LATER,
  cidr: '10.0.0.0/16',
  privateSubnets: { a: LATER, b: 'subnet-00000002' },
};
const pair = {
  name: 'shop',
  region: 'eu-central-1',
  network,
  cluster: { arn: LATER },
  listener: { arn: LATER, securityGroup: LATER },
  apis: { orders: { at: 'orders.internal:8080' } },
};
const pool = {
  name: 'shop',
  api: 'orders',
  image: 'orders:1',
  region: 'eu-central-1',
  network,
  cluster: { arn: LATER },
  namespace: { id: LATER, name: 'own.internal' },
};
const stage = {
  name: 'shop',
  region: 'eu-central-1',
  domain: { name: 'api.shop.example', certificateArn: LATER },
  apis: { orders: { image: 'orders:1' } },
};

const refusals = (act: () => unknown): string[] => {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(({ code, path }) => [code, path.join('.')].join(' '));
  }
};
const ofPair = (words: object) => refusals(() => gatewayPairPart('Gateway', words, program));
const ofPool = (words: object) => refusals(() => apiServicePart('Pool', words, program, {}));
const ofStage = (words: object) => refusals(() => stageMeant(words, 'gateway', program));

test.each(['eu-central-1', 'us-gov-west-1', 'cn-north-1'])(
  'nothing is said of what nobody wrote, in %s',
  (region) => {
    expect(ofPair({ ...pair, region })).toEqual([]);
    expect(ofPool({ ...pool, region })).toEqual([]);
    expect(ofStage({ ...stage, region })).toEqual([]);
  },
);

test.each([
  ['missing', undefined, 'MISSING_KEY'],
  ['known later', LATER, 'LATER_VALUE'],
  ['no region', 'Frankfurt', 'WRONG_FORM'],
  ['a number', 1, 'WRONG_TYPE'],
  ['of no partition', 'xx-nowhere-1', 'REGION_UNKNOWN'],
])('of a region that is %s, the region alone is told', (_, region, code) => {
  expect(ofPair({ ...pair, region })).toEqual([`${code} region`]);
  expect(ofPool({ ...pool, region })).toEqual([`${code} region`]);
  expect(ofStage({ ...stage, region })).toEqual([`${code} region`]);
});

test('a certificate that is known later is taken to be of the account that is said', () => {
  expect(ofStage({ ...stage, account: '123456789012' })).toEqual([]);
  expect(ofStage({ ...stage, account: '12345' })).toEqual(['WRONG_FORM account']);
  const certificateArn = 'arn:aws:acm:eu-central-1:210987654321:certificate/0123';
  expect(ofStage({ ...stage, account: '123456789012', domain: { ...stage.domain, certificateArn } })).toEqual(
    ['ARN_ACCOUNT domain.certificateArn'],
  );
});
