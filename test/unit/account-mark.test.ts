import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asideText, markAccount, ownLocalState } from '../../stacks/account-mark';

const FULL = '{"version":4,"resources":[{"type":"aws_vpc"}]}';
const [ONE, OTHER] = ['11111111-aaaa', '22222222-bbbb'];

let root: string;
let sandbox: string;
let state: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stagecraft-mark-'));
  sandbox = join(root, '.stagecraft/sandbox');
  mkdirSync(sandbox, { recursive: true });
  state = join(sandbox, 'terraform.tfstate');
});
afterEach(() => rmSync(root, { recursive: true }));

const own = (instance: string, file = state) => ownLocalState(file, instance, sandbox);

describe('a local state', () => {
  test('is kept as long as the account is the same', () => {
    expect(own(ONE)).toBeUndefined();
    writeFileSync(state, FULL);
    expect(own(ONE)).toBeUndefined();
    expect(readFileSync(state, 'utf8')).toBe(FULL);
    expect(statSync(`${state}.account`).mode & 0o777).toBe(0o600);
  });

  test('of an account that is gone is moved aside with its backup, never over another', () => {
    own(ONE);
    writeFileSync(state, FULL);
    writeFileSync(`${state}.backup`, 'before');
    expect(own(OTHER)).toEqual({ keptAs: `${state}.of-11111111` });
    expect(readdirSync(sandbox).sort()).toEqual([
      'terraform.tfstate.account',
      'terraform.tfstate.of-11111111',
      'terraform.tfstate.of-11111111.backup',
    ]);
    expect(readFileSync(`${state}.of-11111111`, 'utf8')).toBe(FULL);
    writeFileSync(state, '{"resources":[1]}');
    expect(own(OTHER)).toBeUndefined();
    expect(own('33333333-cccc')).toEqual({ keptAs: `${state}.of-22222222` });
    expect(readFileSync(`${state}.of-11111111`, 'utf8')).toBe(FULL);
  });

  test('that is damaged is told as that, with the way back', () => {
    own(ONE);
    writeFileSync(state, FULL.slice(0, 20));
    expect(() => own(ONE)).toThrow(
      `The state ${state} is damaged: it is no JSON. Begin anew: npx stagecraft down`,
    );
    writeFileSync(`${state}.backup`, FULL);
    expect(() => own(ONE)).toThrow(`mv ${state}.backup ${state}. Or begin anew: npx stagecraft down`);
    // Of an account that is gone nothing is wanted.
    expect(own(OTHER)).toEqual({ keptAs: `${state}.of-11111111` });
  });

  test('that was never written has nothing to keep', () => {
    own(ONE);
    expect(own(OTHER)).toEqual({});
    expect(own(OTHER)).toBeUndefined();
  });

  test('in the sandbox’s folder is the sandbox’s, though nothing says so: the plain CLI made it', () => {
    writeFileSync(state, FULL);
    expect(own(ONE)).toBeUndefined();
    expect(readFileSync(state, 'utf8')).toBe(FULL);
  });

  test.each([FULL, 'not JSON'])('elsewhere, which no sandbox has marked, is refused: %s', (text) => {
    const elsewhere = join(root, 'terraform.dev.eu-central-1.tfstate');
    writeFileSync(elsewhere, text);
    expect(() => own(ONE, elsewhere)).toThrow(
      `${elsewhere} speaks of another account than the sandbox's, and a deploy would overwrite it. Give the environment a state of its own for the sandbox: state: { kind: local, path: .stagecraft/sandbox/… }`,
    );
    expect(readFileSync(elsewhere, 'utf8')).toBe(text);
    expect(existsSync(`${elsewhere}.account`)).toBe(false);
  });

  test.each(['', '{"version":4,"resources":[]}'])('elsewhere that speaks of nothing is taken: %j', (text) => {
    const elsewhere = join(root, 'terraform.dev.eu-central-1.tfstate');
    writeFileSync(elsewhere, text);
    expect(own(ONE, elsewhere)).toBeUndefined();
    expect(own(OTHER, elsewhere)).toEqual({ keptAs: `${elsewhere}.of-11111111` });
  });
});

test('a state in the account itself is gone with it', () => {
  const place = join(sandbox, 'cdk.out');
  expect(markAccount(place, ONE)).toBeUndefined();
  expect(markAccount(place, ONE)).toBeUndefined();
  expect(markAccount(place, OTHER)).toEqual({});
  expect(markAccount(place, OTHER)).toBeUndefined();
});

test('is told in one sentence', () => {
  expect(asideText({})).toBe(
    "the account that was deployed to is gone with its sandbox's daemon, and this one is empty",
  );
  expect(asideText({ keptAs: join(process.cwd(), 'a/state.of-1') })).toMatch(
    /; its state is kept as a\/state\.of-1$/,
  );
});
