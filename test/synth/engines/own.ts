/** What an engine says of its own on how resources are made, changed and deleted. Each type that says anything is here. */
import { isDeepStrictEqual } from 'node:util';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import type { Engine } from './engines';
import type { Facts, Settings } from './facts';

interface About {
  readonly path: string;
  /** Whether the environment's data must not be deleted. */
  readonly isProtected: boolean;
  /** Longest that is waited for a service. */
  readonly waitMinutes: number;
  /** Whether autoscaling moves the number of tasks. */
  readonly scales: boolean;
  /** Of a service: its name. */
  readonly serviceName?: string;
}

type Own = Readonly<Record<string, Settings | ((about: About) => Settings)>>;

const REPLACED_FIRST = { lifecycle: { create_before_destroy: true } };
const prevented = { lifecycle: { prevent_destroy: true } };
const deleted = { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };

const service = ({ scales, waitMinutes }: About): Settings => ({
  lifecycle: { create_before_destroy: true, ...(scales && { ignore_changes: ['desired_count'] }) },
  timeouts: {
    create: `${waitMinutes}m`,
    delete: `${waitMinutes}m`,
    update: `${waitMinutes}m`,
  },
  wait_for_steady_state: true,
});

/** Terraform fails where ECS has gone back; with Pulumi nothing can say so. */
function watchedService(about: About): Settings {
  const { lifecycle, ...others } = service(about);
  const taskDefinition = about.path.replace(/Service$/, 'TaskDefinition');
  const postcondition = {
    condition: `⟨(self.task_definition == «${taskDefinition}#arn»)⟩`,
    error_message: `The deploy of service ${about.serviceName} failed: ECS went back to the version before. Its stopped tasks and its events say why.`,
  };
  return { ...others, lifecycle: { ...lifecycle, postcondition: [postcondition] } };
}

/** In Terraform's words: what is an option of Pulumi's is an argument there. */
const TERRAFORM: Own = {
  aws_acm_certificate: REPLACED_FIRST,
  // Those of the gateways are data; an API's go with it.
  aws_cloudwatch_log_group: ({ path, isProtected }) =>
    isProtected && path.startsWith('Gateway/') ? prevented : {},
  aws_cognito_user_pool: ({ isProtected }) => (isProtected ? prevented : {}),
  aws_cognito_user_pool_client: { lifecycle: { ignore_changes: ['generate_secret'] } },
  aws_ecs_service: service,
  aws_lb_listener_rule: REPLACED_FIRST,
  aws_lb_target_group: REPLACED_FIRST,
  aws_route53_record: ({ path }): Settings =>
    path.includes('/Certificate/') ? { allow_overwrite: true } : {},
  aws_secretsmanager_secret: ({ isProtected }) => ({
    lifecycle: { create_before_destroy: true, ...(isProtected && { prevent_destroy: true }) },
    recovery_window_in_days: 0,
  }),
  aws_secretsmanager_secret_version: {
    lifecycle: { create_before_destroy: true, ignore_changes: ['version_stages'] },
    secret_string_wo_version: 1,
    version_stages: ['AWSCURRENT', 'INITIAL'],
  },
  aws_security_group: REPLACED_FIRST,
  aws_service_discovery_service: { force_destroy: true },
  aws_vpc_security_group_egress_rule: REPLACED_FIRST,
  aws_vpc_security_group_ingress_rule: REPLACED_FIRST,
};

const OWN: Readonly<Record<Engine, Own>> = {
  cdktf: { ...TERRAFORM, aws_ecs_service: watchedService },
  pulumi: TERRAFORM,
  'aws-cdk': {
    'AWS::Cognito::UserPool': deleted,
    'AWS::Logs::LogGroup': deleted,
    'AWS::SecretsManager::Secret': deleted,
  },
};

/** A line for each resource of which an engine says something else than is meant. */
export function careless(engine: Engine, { own: all, resources }: Facts, blueprint: Blueprint): string[] {
  return [...all].flatMap(([path, { type, settings }]) => {
    const { [type]: rule = {} } = OWN[engine];
    const scales = resources.has(path.replace(/Service$/, 'ScalingTarget'));
    const serviceName = resources.get(path)?.settings.ServiceName;
    const waitMinutes = waitMinutesOf(serviceName, blueprint);
    const { deletionProtection: isProtected } = blueprint.data;
    const about = { path, isProtected, waitMinutes, scales, serviceName };
    const meant = typeof rule === 'function' ? rule(about) : rule;
    if (isDeepStrictEqual(settings, meant)) return [];
    return [`${engine} ${path} (${type}): ${JSON.stringify(settings)}, not ${JSON.stringify(meant)}`];
  });
}

const waitMinutesOf = (service: string | undefined, { services, gateway }: Blueprint): number =>
  [...services, ...(gateway?.members ?? [])].find(({ name }) => name === service)?.deployment.waitMinutes ??
  0;
