/** What a gateway sent, looked at: whether it needs no careful server, and whether all servers see the same. */
import { type Read, readAll, servers, standard } from './lenient';

export const valuesOf = ({ headers }: Read, name: string) =>
  headers.filter(([one]) => one === name).map(([, value]) => value);
export const idOf = (read: Read) => valuesOf(read, 'x-request-id')[0] ?? 'none';
const sentNumber = (read: Read) => valuesOf(read, 'x-mutant')[0] ?? 'none';
const shown = (read: Read) => `${read.line} ${idOf(read)}`;

/** What of a request that the gateway sent would need a careful server. */
export function improper(read: Read): string[] {
  const { line, headers, chunks } = read;
  const lengths = valuesOf(read, 'content-length');
  const codings = valuesOf(read, 'transfer-encoding');
  const framing = [...lengths, ...codings];
  const checks: readonly (readonly [what: string, holds: boolean])[] = [
    ['line', /^[A-Z][A-Z-]* \/[!-~]* HTTP\/1\.[01]$/.test(line)],
    // Of trailers too, which have a blank in their name here.
    ['names', headers.every(([name]) => /^[a-z0-9-]+$/.test(name))],
    ['values', headers.every(([, value]) => /^[\t -~\x80-\xff]*$/.test(value))],
    ['framing', framing.length <= 1],
    ['length', lengths.every((value) => /^(0|[1-9]\d{0,14})$/.test(value))],
    ['coding', codings.every((value) => value === 'chunked')],
    ['chunks', chunks.every((size) => /^[\dA-F]+$/.test(size))],
    ['expectation', valuesOf(read, 'expect').every((value) => value === '100-continue')],
  ];
  return checks.filter(([, holds]) => !holds).map(([what]) => what);
}

/**
 * What is wrong with all that the API got: how often, and a few of the requests that did it.
 * @param ids those of the requests that were judged
 */
export function findings(
  connections: readonly { readonly bytes: string }[],
  sent: readonly string[],
  ids: ReadonlySet<string>,
) {
  const wrong: Record<string, { count: number; examples: string[] }> = {};
  const find = (what: string, read: Read | undefined) => {
    const source = sent.find((text) => read && text.includes(`X-Mutant: ${sentNumber(read)}\r`));
    const found = wrong[what] ?? { count: 0, examples: [] };
    wrong[what] = found;
    found.count++;
    if (found.examples.length < 3) found.examples.push(JSON.stringify(source ?? read?.line));
  };
  const recorded = connections.map(({ bytes }) => ({ bytes, reads: readAll(bytes, standard) }));
  const all = recorded.flatMap(({ reads }) => reads);
  for (const read of all) {
    for (const what of improper(read)) find(what, read);
    if (!ids.has(idOf(read))) find('not judged', read);
  }
  for (const { bytes, reads } of recorded) {
    for (const [name, leniency] of Object.entries(servers)) {
      const others = readAll(bytes, leniency).map(shown);
      const at = reads.findIndex((read, index) => shown(read) !== others[index]);
      if (at >= 0 || others.length > reads.length)
        find(`read otherwise: ${name}`, reads[Math.max(0, at - 1)]);
    }
  }
  return { requests: all.length, wrong };
}
