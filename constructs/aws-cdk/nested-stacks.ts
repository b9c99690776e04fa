import { type CfnResource, NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SecurityGroup } from '../blueprint/blueprint';
import { scopeOf } from '../construct-paths';
import type { Noun, Resource } from '../graph/resource';
import { ingressId } from '../graph/security-group';
import { standsIn } from './elsewhere';
import { type Accepted, accept, acceptInStack, JOINED } from './suppressions';

const SAID_TWICE: Accepted = {
  rule: 'W3005',
  reason:
    'What is in it waits for what is in another nested stack, whether it refers to something there or not.',
};

/** An API that stands in nested stacks. */
interface NestedApi {
  readonly id: string;
  /** What the blueprint calls its nested stacks. */
  readonly stack: string;
}

/**
 * The nested stacks of a stage. CloudFormation deploys a nested stack as one resource: after all that anything in it waits
 * for, and before all that waits for anything in it. In one, the APIs would be in a circle with the gateways: these wait to
 * be let into the pools, and the pools wait until their traffic has moved to the gateways. So the APIs of one name stand in
 * several:
 *
 * - `groups`: the security groups, with the rules for address blocks.
 * - `from-balancer`, `from-gateways`: the rules for another group. Each goes as a whole with that group: after what came
 *   in by it, and before the group.
 * - `services`: all else.
 */
export class NestedStacks {
  readonly #stage: Construct;
  /** By the construct of the API, and of its security group. */
  readonly #apis = new Map<Construct, NestedApi>();

  constructor(stage: Construct) {
    this.#stage = stage;
  }

  /** Where the construct of a noun stands, and under which id. */
  scopeOfNoun(around: Construct, noun: Noun): [scope: Construct, id: string] {
    if (noun.noun === 'api-service' && noun.settings.nestedStack !== undefined) {
      return this.#elsewhere(this.#stack(noun.settings.nestedStack, 'services'), around, noun.id);
    }
    const api = this.#apis.get(around);
    if (noun.noun !== 'security-group' || api === undefined) return scopeOf(around, noun.id);
    return this.#elsewhere(this.#within(api, 'groups', noun.id), around, noun.id);
  }

  /** Is told of the construct of a noun. */
  made(around: Construct, noun: Noun, construct: Construct): void {
    const api = this.#apis.get(around);
    if (noun.noun === 'api-service' && noun.settings.nestedStack !== undefined) {
      this.#apis.set(construct, { id: noun.id, stack: noun.settings.nestedStack });
    } else if (noun.noun === 'security-group' && api) this.#apis.set(construct, api);
  }

  /** Where a resource of a noun stands, and under which id. */
  scopeOfResource(around: Construct, noun: Noun, { id }: Resource): [scope: Construct, id: string] {
    const api = this.#apis.get(around);
    const rule = api && noun.noun === 'security-group' ? ruleFromGroup(noun.settings, id) : undefined;
    if (api === undefined || rule === undefined) return scopeOf(around, id);
    return this.#elsewhere(this.#within(api, rule, `${noun.id}/${id}`), around, id);
  }

  #elsewhere(scope: Construct, of: Construct, id: string): [scope: Construct, id: string] {
    standsIn(scope, of, id);
    return [scope, id];
  }

  /** The scope of what has a path below the API, in one of the API's stacks. */
  #within({ id, stack }: NestedApi, part: string, path: string): Construct {
    const [scope] = scopeOf(this.#stack(stack, part), `${id}/${path}`);
    return scope;
  }

  #stack(name: string, part: string): Construct {
    const [scope, id] = scopeOf(this.#stage, `NestedStacks/${name}/${part}`);
    const made = scope.node.tryFindChild(id) as NestedStack | undefined;
    if (made) return made;
    const stack = new NestedStack(scope, id, { description: `APIs in nested stack ${name}: ${part}.` });
    acceptInStack(stack, JOINED);
    accept(stack.nestedStackResource as CfnResource, SAID_TWICE);
    return stack;
  }
}

/** Id of the rule that a resource is of, when it lets in another group. */
const ruleFromGroup = ({ id: own, ingress }: SecurityGroup, resource: string): string | undefined =>
  ingress.find((rule) => ingressId(rule) === resource && 'group' in rule.from && rule.from.group !== own)?.id;
