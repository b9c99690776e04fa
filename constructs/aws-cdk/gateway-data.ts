import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { ConsumersSecret, type ConsumersSecretTransform, type IConsumersSecret } from './consumers-secret';
import { LogGroup, type LogGroupTransform } from './observability';

export interface GatewayDataTransform {
  readonly consumersSecret?: ConsumersSecretTransform;
  /** Settings of each member's log group. */
  readonly logGroup?: LogGroupTransform;
  readonly metricsLogGroup?: LogGroupTransform;
}

export interface GatewayDataProps {
  readonly data: blueprint.GatewayData;
  /**
   * The secret with the consumers' keys, when it exists: an `ExistingConsumersSecret`.
   * @default made here, when the blueprint has one
   */
  readonly consumersSecret?: IConsumersSecret;
  readonly transform?: GatewayDataTransform;
}

/**
 * What the gateways leave behind: the consumers' keys and the logs. A stage has it whether it has gateways or not, so
 * that nothing of it goes with them.
 *
 * Gateways of one's own find it under their own id, or get it:
 *
 * ```ts
 * const data = new GatewayData(this, 'data', { data: blueprint.data });
 * new GatewayPair(this, 'gateways', { gateway, data, … });
 * ```
 */
export class GatewayData extends Construct {
  /** Absent when no API asks for a key and no consumer is declared. */
  readonly consumersSecret?: IConsumersSecret;
  /** By the member's id. */
  readonly logGroups: Readonly<Record<string, LogGroup>>;
  /** Absent when no collector writes to CloudWatch. */
  readonly metricsLogGroup?: LogGroup;

  constructor(scope: Construct, id: string, props: GatewayDataProps) {
    super(scope, id);
    const { transform } = props;
    const { consumersSecret, logGroups, metricsLogGroup } = props.data;
    this.consumersSecret = props.consumersSecret;
    if (consumersSecret !== undefined) {
      this.consumersSecret ??= new ConsumersSecret(this, consumersSecret.id, {
        secret: consumersSecret,
        transform: transform?.consumersSecret,
      });
    }
    this.logGroups = Object.fromEntries(
      Object.entries(logGroups).map(([member, logGroup]) => [
        member,
        // In a scope of the member's, whose other resources stand beside it.
        new LogGroup(new Construct(this, member), 'Logs', {
          logGroup,
          transform: transform?.logGroup,
        }),
      ]),
    );
    if (metricsLogGroup !== undefined) {
      this.metricsLogGroup = new LogGroup(this, metricsLogGroup.id, {
        logGroup: metricsLogGroup,
        transform: transform?.metricsLogGroup,
      });
    }
  }
}
