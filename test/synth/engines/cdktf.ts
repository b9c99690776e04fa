/** `cdk.tf.json` -> facts. */
import { type Facts, isTree, reference, type Settings } from './facts';
import { pathOf } from './paths';
import type { Configuration } from './synthesized';
import { factsOfTerraform, type TerraformResource } from './terraform';

export function factsOfCdktf({ resource = {}, provider }: Configuration): Facts {
  const all = Object.entries(resource).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, { '//': notes, ...settings }]) => ({
      type,
      address: `${type}.${name}`,
      path: pathOf(notes.metadata.path),
      settings,
    })),
  );
  const paths = new Map(all.map(({ address, path }) => [address, path]));
  const resources = all.map(
    ({ type, path, settings: { depends_on: on = [], ...settings } }): TerraformResource => ({
      type,
      path,
      arguments: plain(settings, paths) as Settings,
      dependsOn: (on as string[]).map((address) => known(paths, address)),
    }),
  );
  const [{ tags = {} } = {}] = provider.aws[0].default_tags ?? [];
  return factsOfTerraform(resources, tags);
}

function known(paths: ReadonlyMap<string, string>, address: string): string {
  const path = paths.get(address);
  if (path === undefined) throw new Error(`There is no ${address}.`);
  return path;
}

/** Without Terraform's own marks: an expression is a reference, or text with references. */
function plain(value: unknown, paths: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return text(value, paths);
  if (Array.isArray(value)) return value.map((one) => plain(one, paths));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, paths)]));
}

/** A mark that is text, or an expression, in which quoted text may have braces. */
const MARKS = /([$%])\1\{|\$\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}/g;
const ADDRESS = /\b(aws_\w+\.[\w-]+)\.(\w+)/g;

const text = (value: string, paths: ReadonlyMap<string, string>): string =>
  value.replace(MARKS, (_, escaped: string | undefined, expression: string) => {
    if (escaped !== undefined) return `${escaped}{`;
    const named = expression.replace(ADDRESS, (__, address: string, attribute: string) =>
      reference(known(paths, address), attribute),
    );
    return NAMES_BY_ARN.test(named) ? named.replace(NAMES_BY_ARN, '«$1#name»') : asReference(named);
  });

/** The last part of a cluster's ARN is its name. */
const NAMES_BY_ARN = /^element\(split\("\/", «([^#»]*)#arn»\), 1\)$/;

/** What is more than a reference is no text either. */
const asReference = (expression: string): string =>
  /^«[^»]*»$/.test(expression) ? expression : `⟨${expression}⟩`;
