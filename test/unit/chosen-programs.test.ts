import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { chooseHaproxy, chooseNode } from '../../sandbox/chosen-programs';

const folder = mkdtempSync(join(tmpdir(), 'chosen-programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = (name: string, mode = 0o755) => {
  const place = mkdtempSync(join(folder, 'bin-'));
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, name), '#!/bin/sh\n', { mode });
  return { place, path: join(place, name) };
};

test('its folder goes before all others, once', () => {
  const { place, path } = program('haproxy');
  const environment = { STAGECRAFT_HAPROXY: path, PATH: '/usr/sbin:/bin' };
  chooseHaproxy(environment);
  chooseHaproxy(environment);
  expect(environment.PATH).toBe(`${place}:/usr/sbin:/bin`);
});

test.each([{}, { STAGECRAFT_HAPROXY: '' }])('without it PATH decides', (more) => {
  const environment = { ...more, PATH: '/usr/sbin:/bin' };
  chooseHaproxy(environment);
  expect(environment.PATH).toBe('/usr/sbin:/bin');
});

test.each([
  ['haproxy', 'is no absolute path'],
  ['/nowhere/haproxy', 'cannot be run'],
  [program('haproxy', 0o644).path, 'cannot be run'],
  [program('haproxy-3').path, 'is called otherwise'],
])('%s is refused', (path, why) => {
  expect(() => chooseHaproxy({ STAGECRAFT_HAPROXY: path, PATH: '' })).toThrow(
    `STAGECRAFT_HAPROXY is ${path}, which ${why}. Give the absolute path of a program that is called haproxy.`,
  );
});

test('STAGECRAFT_NODE chooses the Node that is started, and a HAProxy is none', () => {
  const { place, path } = program('node');
  const environment = { STAGECRAFT_NODE: path, PATH: '/usr/bin' };
  chooseNode(environment);
  expect(environment.PATH).toBe(`${place}:/usr/bin`);
  const other = program('haproxy').path;
  expect(() => chooseNode({ STAGECRAFT_NODE: other })).toThrow(
    `STAGECRAFT_NODE is ${other}, which is called otherwise. Give the absolute path of a program that is called node.`,
  );
});
