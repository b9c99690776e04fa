import { Op, type TerraformResourceLifecycle, TerraformSelf } from 'cdktf';
import { type Postcondition, snakeCase } from '../terraform/resource';
import { literal } from './literal';

interface Config {
  readonly lifecycle?: TerraformResourceLifecycle;
  readonly [argument: string]: unknown;
}

/**
 * A configuration with the condition that its argument must be met once it is applied.
 *
 * Not where somebody else says what it is: an argument that a `transform` has changed, or one whose changes the lifecycle
 * ignores.
 *
 * @param asked the argument's value before any `transform`
 */
export function withPostcondition(
  config: Config,
  { argument, errorMessage }: Postcondition,
  asked: unknown,
): Config {
  const { lifecycle } = config;
  const attribute = snakeCase(argument);
  const ignored = lifecycle?.ignoreChanges ?? [];
  if (config[argument] !== asked || ignored === 'all' || ignored.includes(attribute)) return config;
  const condition = Op.eq(TerraformSelf.getString(attribute), asked);
  const postcondition = [
    ...(lifecycle?.postcondition ?? []),
    { condition, errorMessage: literal(errorMessage) },
  ];
  return { ...config, lifecycle: { ...lifecycle, postcondition } };
}
