import ipaddr from 'ipaddr.js';
import { patternToRegex, quote } from './quote';
import type { Condition, QueryPair } from './state';

/**
 * The `acl` lines of one condition. HAProxy joins lines of one name by OR, as AWS joins the values of a condition.
 *
 * @throws when a value cannot stand in a configuration, such as a header name with a parenthesis.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
export function conditionLines(name: string, condition: Condition): string[] {
  return tests(condition).map((test) => `acl ${name} ${test}`);
}

function tests(condition: Condition): string[] {
  switch (condition.field) {
    case 'host-header':
      return condition.values.map((value) => match('req.fhdr(host),host_only', patternToRegex(value), '-i'));
    case 'path-pattern':
      return condition.values.map((value) => match('path', patternToRegex(value)));
    case 'http-header':
      return condition.values.map((value) =>
        match(`req.fhdr(${headerName(condition.name)})`, patternToRegex(value), '-i'),
      );
    case 'http-request-method':
      return condition.values.map((value) => `method -m str -- ${quote(value)}`);
    case 'query-string':
      return condition.values.map((pair) => `query -m reg -i -- ${quote(queryRegex(pair))}`);
    case 'source-ip':
      return condition.values.map((value) => `src ${network(value)}`);
  }
}

function match(sample: string, regex: string, flag?: string): string {
  return [sample, '-m reg', flag, '--', quote(`^${regex}$`)].filter(Boolean).join(' ');
}

/** AWS compares one `key=value` of the query string at a time, without regard to case. */
function queryRegex({ key, value }: QueryPair): string {
  const name = key === undefined ? '([^&=]*=)?' : `${patternToRegex(key, '[^&=]')}=`;
  return `(^|&)${name}${patternToRegex(value, '[^&]')}(&|$)`;
}

function headerName(name: string): string {
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) throw new Error(`the header name ${JSON.stringify(name)}`);
  return name;
}

function network(cidr: string): string {
  if (!ipaddr.isValidCIDR(cidr)) throw new Error(`the address range ${JSON.stringify(cidr)}`);
  return cidr;
}
