/** A request that the validation of a target takes, as far as that can be made up. */
import type { Policies } from '../../constructs/gateway';
import type { Validation, ValueCheck } from '../../constructs/gateway/policies/validation';
import { NotShown } from './claim';

const TRIED = [
  'verify',
  '1',
  '7',
  'a',
  'A',
  'verify-1',
  '2026-01-01',
  'example@example.com',
  'true',
  'en',
  'en-GB',
];

export function accepts({ pattern, enum: values, integer }: ValueCheck, text: string): boolean {
  const number = /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : undefined;
  return (
    (values === undefined || values.includes(text)) &&
    (integer === undefined ||
      (number !== undefined && number >= integer.minimum && number <= integer.maximum)) &&
    (pattern === undefined || new RegExp(`^(?:${pattern})$`, 'us').test(text))
  );
}

/** A value that a check takes; undefined when none comes to mind. */
export function valueThat(check: ValueCheck): string | undefined {
  const tried = [...(check.enum ?? []), ...(check.integer ? [String(check.integer.minimum)] : []), ...TRIED];
  return tried.find((text) => accepts(check, text));
}

function valueFor(what: string, check: ValueCheck): string {
  const value = valueThat(check);
  if (value === undefined)
    throw new NotShown(`no value for ${what} comes to mind that ${check.pattern} takes`);
  return value;
}

export interface Sample {
  readonly query: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function nested(fields: readonly string[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const field of fields) {
    const names = field.split('.');
    let at = root;
    for (const name of names.slice(0, -1)) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[names.at(-1) ?? ''] ??= 'verify';
  }
  return root;
}

/** A schema says itself what a body may look like: none is made up here. */
function bodyThat({ body, requiredJsonFields }: Validation): unknown {
  if (!body) return requiredJsonFields && nested(requiredJsonFields);
  const { examples } = body.schema;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  throw new NotShown('no body comes to mind that the schema takes: give one in its `examples`');
}

const hasBody = (method: string) => ['POST', 'PUT', 'PATCH'].includes(method);

export function sampleOf({ validation }: Policies, method: string): Sample {
  if (!validation) return { query: [], headers: {} };
  const parameters = Object.entries(validation.query?.parameters ?? {});
  const query = parameters
    .filter(([, { required }]) => required)
    .map(([name, check]) => `${name}=${encodeURIComponent(valueFor(name, check))}`);
  const required = Object.entries(validation.requiredHeaders ?? {});
  const headers = Object.fromEntries(required.map(([name, check]) => [name, valueFor(name, check)]));
  const body = hasBody(method) ? bodyThat(validation) : undefined;
  if (body === undefined) return { query, headers };
  const type = validation.contentTypes?.[0] ?? 'application/json';
  return { query, headers: { ...headers, 'content-type': type }, body: JSON.stringify(body) };
}

/** Whether a parameter that no one knows may be sent. */
export const takesAnyQuery = ({ validation }: Policies): boolean =>
  validation?.query === undefined || validation.query.additional === 'allow';
