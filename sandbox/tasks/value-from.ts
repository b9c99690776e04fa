/**
 * Where a container's secret is kept: the forms of `secrets[].valueFrom`. Pure.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
 */
import { TaskCannotStart } from './types';

export type ValueFrom =
  | {
      readonly kind: 'secret';
      readonly arn: string;
      readonly jsonKey?: string;
      readonly stage?: string;
      readonly version?: string;
    }
  | { readonly kind: 'parameter'; readonly name: string };

/** `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME[:jsonKey:stage:version]`, or a parameter's ARN or name. */
export function parseValueFrom(text: string): ValueFrom {
  if (!text.startsWith('arn:')) return { kind: 'parameter', name: text };
  const parts = text.split(':');
  if (parts[2] === 'ssm') {
    // The name keeps its slash only when it is a path: `parameter/a/b` is `/a/b`, `parameter/a` is `a`.
    const path = parts
      .slice(5)
      .join(':')
      .replace(/^parameter/, '');
    return { kind: 'parameter', name: path.lastIndexOf('/') === 0 ? path.slice(1) : path };
  }
  if (parts[2] !== 'secretsmanager' || parts.length < 7) {
    throw new TaskCannotStart(
      `"${text}" is the ARN of neither a Secrets Manager secret nor an SSM parameter`,
    );
  }
  const [jsonKey, stage, version] = parts.slice(7);
  return {
    kind: 'secret',
    arn: parts.slice(0, 7).join(':'),
    jsonKey: jsonKey || undefined,
    stage: stage || undefined,
    version: version || undefined,
  };
}

/** @throws TaskCannotStart when the secret has no such key */
export function pickJsonKey(arn: string, text: string, jsonKey: string | undefined): string {
  if (jsonKey === undefined) return text;
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown>)[jsonKey];
  } catch {
    throw new TaskCannotStart(`secret ${arn} is not JSON, so it has no key "${jsonKey}"`);
  }
  if (value === undefined) throw new TaskCannotStart(`secret ${arn} has no key "${jsonKey}"`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
