/** What docs/metrics.md says is what the program does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queries } from '../../cli/usage-query';
import { resolve } from '../../constructs/blueprint/resolve';
import { accessLog } from '../../constructs/gateway';
import { haproxy } from '../../constructs/gateway/haproxy';
import { parsed } from './environment-fixture';

const docs = readFileSync(join(__dirname, '../../docs/metrics.md'), 'utf8');

test('each field of the access log stands there, in the order of a line', () => {
  const told = [...docs.matchAll(/^\| `([a-z_]+)` +\| (.*?) +\|$/gm)].map(([, name, text]) => [name, text]);
  const first = told.findIndex(([name]) => name === 'member');
  expect(told.slice(first, first + 28)).toEqual(Object.entries(accessLog));
});

test('the queries are those that are asked', () => {
  const { counted, latency } = queries({ byConsumer: true, byRoute: false });
  for (const query of [counted, latency]) expect(docs).toContain(query.replace(' | stats', '\n| stats'));
});

test('each metric of the usage stands there with its dimensions', () => {
  const filters = resolve(parsed()).gateway?.members[0]?.logGroup.metricFilters ?? [];
  expect(filters).toHaveLength(6);
  for (const { metric } of filters) {
    const dimensions = Object.keys(metric.dimensions).join(', ');
    expect(docs).toMatch(new RegExp(`^\\| \`${metric.name}\` +\\| \`${dimensions}\` +\\|`, 'm'));
    expect(docs).toContain(metric.unit);
  }
});

test("each of the gateways' metrics that CloudWatch gets stands there, and how many there are", () => {
  const [byApi, byMember] = haproxy.metrics.chosen;
  for (const { names } of haproxy.metrics.chosen)
    for (const name of names) {
      const short = `…_${name.split('_').slice(2).join('_')}`;
      expect([name, docs.includes(`\`${name}\``) || docs.includes(`\`${short}\``)]).toEqual([name, true]);
    }
  expect(docs).toContain(`(${byApi?.names.length} x APIs + ${byMember?.names.length} x gateways) x 0.30 USD`);
});
