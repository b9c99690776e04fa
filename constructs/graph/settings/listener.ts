import type { ListenerRule } from '../../blueprint/blueprint';
import type { Value } from '../value';

/** An answer of the load balancer's own. */
export interface FixedResponse {
  readonly statusCode: number;
  readonly contentType: string;
  readonly messageBody: string;
}

/** Where requests are sent. Weights add up to 100. */
export interface Forward {
  readonly forward: readonly { readonly targetGroupArn: Value; readonly weight: number }[];
}

export interface Answer {
  readonly fixedResponse: FixedResponse;
}

export interface Answer {
  readonly fixedResponse: FixedResponse;
}

export type ListenerRuleSettings = Pick<ListenerRule, 'priority' | 'conditions'> & {
  readonly listenerArn: Value;
} & (Forward | Answer);

type Listener = { readonly loadBalancerArn: Value } & (
  | {
      readonly port: 80;
      readonly protocol: 'HTTP';
      readonly redirect: {
        readonly protocol: 'HTTPS';
        readonly port: number;
        readonly statusCode: 'HTTP_301';
      };
    }
  | {
      readonly port: 443;
      readonly protocol: 'HTTPS';
      readonly sslPolicy: string;
      readonly certificateArn: Value;
      readonly fixedResponse: FixedResponse;
    }
);

export interface ListenerResources {
  readonly listener: Listener;
  readonly 'listener-rule': ListenerRuleSettings;
}
