import { type CfnResource, Lazy } from 'aws-cdk-lib';

/**
 * Says a property of a resource that would be left unsaid otherwise. CloudFormation hands on what a template has, and
 * ECS leaves what it is not given: what is to be nothing must be said.
 *
 * ```ts
 * sayWhenUnsaid(service, 'loadBalancers', []);
 * ```
 * What L2 or a user puts there, also later, stays.
 */
export function sayWhenUnsaid<Resource extends CfnResource, Property extends keyof Resource>(
  resource: Resource,
  property: Property,
  value: NonNullable<Resource[Property]>,
): void {
  const said = resource[property];
  resource[property] = Lazy.uncachedAny({
    produce: (context) => context.resolve(said) ?? value,
  }) as Resource[Property];
}
