import type { CustomTimeouts } from '@pulumi/pulumi';

type Args = Readonly<Record<string, unknown>>;

/** Arguments that are lists in both, and have a plural in Pulumi's name. */
const plurals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cognito_resource_server: { scope: 'scopes' },
  aws_ecs_service: { loadBalancer: 'loadBalancers' },
  aws_ecs_task_definition: { volume: 'volumes' },
  aws_lb_listener: { defaultAction: 'defaultActions' },
  aws_lb_listener_rule: { action: 'actions', condition: 'conditions', targetGroup: 'targetGroups' },
};

/** Arguments whose form is another one. */
const forms: Readonly<Record<string, (args: Args) => Args>> = {
  aws_cognito_user_pool_client: ({ tokenValidityUnits, ...others }) => ({
    ...others,
    tokenValidityUnits: (tokenValidityUnits as readonly unknown[])[0],
  }),
  aws_lb_target_group: ({ deregistrationDelay, ...others }) => ({
    ...others,
    deregistrationDelay: Number(deregistrationDelay),
  }),
  aws_route53_record: ({ alias, ...others }) => ({
    ...others,
    ...(alias !== undefined && { aliases: [alias] }),
  }),
};

/** Arguments as Terraform's provider has them, in camel case -> those of `@pulumi/aws`, and what is an option there. */
export function pulumiArguments(
  type: string,
  { timeouts, ...given }: Args,
): { readonly args: object; readonly customTimeouts?: CustomTimeouts } {
  const names = plurals[type];
  const args = (forms[type] ?? ((same) => same))(names ? (renamed(given, names) as Args) : given);
  return { args, ...(timeouts !== undefined && { customTimeouts: timeouts as CustomTimeouts }) };
}

function renamed(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      Object.hasOwn(names, name) ? names[name] : name,
      renamed(inner, names),
    ]),
  );
}

/** Data of ours, not an output. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
