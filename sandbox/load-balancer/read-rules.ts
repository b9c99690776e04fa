import type {
  Action as ActionDescription,
  RuleCondition,
  Rule as RuleDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { conditionLines } from './conditions';
import type { Problems } from './problems';
import type { Action, Condition, Rule } from './state';

/** A rule whose condition cannot be carried is left out: it would match too much or too little. */
export function readRule(rule: RuleDescription, where: string, problems: Problems): Rule | undefined {
  const name = `${where}, rule ${rule.Priority}`;
  if (rule.Transforms?.length)
    return problems.add(`${name} is left out: the sandbox does not carry transforms.`);
  const conditions: Condition[] = [];
  for (const description of rule.Conditions ?? []) {
    const condition = readCondition(description);
    const reason = condition ? whyNotCarried(condition) : `the condition ${description.Field}`;
    if (reason || !condition)
      return problems.add(`${name} is left out: the sandbox does not carry ${reason}.`);
    conditions.push(condition);
  }
  return { priority: Number(rule.Priority), conditions, action: readAction(rule.Actions, name, problems) };
}

function whyNotCarried(condition: Condition): string | undefined {
  try {
    conditionLines('trial', condition);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function readCondition(condition: RuleCondition): Condition | undefined {
  const legacy = condition.Values;
  switch (condition.Field) {
    case 'host-header':
      return withValues('host-header', condition.HostHeaderConfig?.Values ?? legacy);
    case 'path-pattern':
      return withValues('path-pattern', condition.PathPatternConfig?.Values ?? legacy);
    case 'http-request-method':
      return withValues('http-request-method', condition.HttpRequestMethodConfig?.Values);
    case 'source-ip':
      return withValues('source-ip', condition.SourceIpConfig?.Values);
    case 'http-header': {
      const { HttpHeaderName: name, Values: values } = condition.HttpHeaderConfig ?? {};
      return name && values?.length ? { field: 'http-header', name, values } : undefined;
    }
    case 'query-string': {
      const values = (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value = '' }) => ({
        key: Key,
        value: Value,
      }));
      return values.length > 0 ? { field: 'query-string', values } : undefined;
    }
    default:
      return undefined;
  }
}

type Listed = 'host-header' | 'path-pattern' | 'http-request-method' | 'source-ip';

/** Without values there may be regular expressions instead, which the sandbox does not carry. */
function withValues(field: Listed, values: readonly string[] | undefined): Condition | undefined {
  return values?.length ? { field, values } : undefined;
}

/** What is done last; an action that cannot be carried answers 501 and says why. */
export function readAction(
  actions: readonly ActionDescription[] = [],
  where: string,
  problems: Problems,
): Action {
  const sorted = [...actions].sort((one, other) => (one.Order ?? 0) - (other.Order ?? 0));
  const foreign = sorted.find(({ Type }) => !['forward', 'redirect', 'fixed-response'].includes(Type ?? ''));
  const last = sorted.at(-1);
  if (foreign || !last) return refuse(`the action ${foreign?.Type ?? '(none)'}`, where, problems);
  if (last.ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
    problems.add(`${where}: the sandbox does not carry target group stickiness.`);
  return readLast(last);
}

function readLast(action: ActionDescription): Action {
  const { RedirectConfig: redirect, FixedResponseConfig: fixed } = action;
  if (action.Type === 'redirect')
    return {
      type: 'redirect',
      status: redirect?.StatusCode === 'HTTP_302' ? 302 : 301,
      protocol: redirect?.Protocol ?? '#{protocol}',
      host: redirect?.Host ?? '#{host}',
      port: redirect?.Port ?? '#{port}',
      path: redirect?.Path ?? '/#{path}',
      query: redirect?.Query ?? '#{query}',
    };
  if (action.Type === 'fixed-response')
    return {
      type: 'fixed-response',
      status: Number(fixed?.StatusCode ?? 200),
      contentType: fixed?.ContentType || undefined,
      body: fixed?.MessageBody || undefined,
    };
  const groups = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }];
  return {
    type: 'forward',
    targetGroups: groups.map(({ TargetGroupArn = '', Weight }) => ({
      arn: TargetGroupArn,
      weight: Number(Weight ?? 1),
    })),
  };
}

function refuse(what: string, where: string, problems: Problems): Action {
  problems.add(`${where} answers 501: the sandbox does not carry ${what}.`);
  return {
    type: 'fixed-response',
    status: 501,
    contentType: 'text/plain',
    body: `The sandbox does not carry ${what}.`,
  };
}
