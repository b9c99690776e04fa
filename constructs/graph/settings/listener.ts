import type { ListenerRule } from '../../blueprint/blueprint';
import type { Value } from '../value';

export interface ListenerRuleSettings extends Pick<ListenerRule, 'priority' | 'conditions'> {
  readonly listenerArn: Value;
  readonly forward: readonly { readonly targetGroupArn: Value; readonly weight: number }[];
}

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
      readonly fixedResponse: {
        readonly statusCode: number;
        readonly contentType: string;
        readonly messageBody: string;
      };
    }
);

export interface ListenerResources {
  readonly listener: Listener;
  readonly 'listener-rule': ListenerRuleSettings;
}
