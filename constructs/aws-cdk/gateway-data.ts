import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type GatewayDataLink, gatewayData } from '../graph/gateway';
import { Part } from '../graph/part';
import {
  ConsumersSecret,
  type ConsumersSecretTransform,
  type IConsumersSecret,
  secretLink,
} from './consumers-secret';
import { LogGroup, type LogGroupTransform } from './observability';
import { PartConstruct } from './part-construct';

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
 */
export class GatewayData extends PartConstruct<'gateway-data'> {
  static readonly nouns = { 'consumers-secret': ConsumersSecret, 'log-group': LogGroup };
  readonly #existing: IConsumersSecret | undefined;

  constructor(scope: Construct, id: string, props: GatewayDataProps | Part<'gateway-data'>) {
    super(scope, id, props instanceof Part ? props : GatewayData.#part(id, props));
    this.#existing = props instanceof Part ? undefined : props.consumersSecret;
  }

  static #part(id: string, { data, consumersSecret, transform }: GatewayDataProps) {
    return new Part(gatewayData(id, data, consumersSecret && secretLink(consumersSecret)).noun, transform);
  }

  /** Absent when no API asks for a key and no consumer is declared. */
  get consumersSecret(): IConsumersSecret | undefined {
    const { consumersSecret } = this.settings;
    return this.#existing ?? (consumersSecret && this.child<ConsumersSecret>(consumersSecret.id));
  }

  /** By the member's id. */
  get logGroups(): Readonly<Record<string, LogGroup>> {
    const members = Object.keys(this.settings.logGroups);
    return this.each(members, (member) => `${member}/Logs`);
  }

  /** Absent when no collector writes to CloudWatch. */
  get metricsLogGroup(): LogGroup | undefined {
    const { metricsLogGroup } = this.settings;
    return metricsLogGroup && this.child(metricsLogGroup.id);
  }

  /** What a graph needs of it. */
  get link(): GatewayDataLink {
    const { consumersSecret, logGroups, metricsLogGroup } = this;
    return {
      ...(consumersSecret && { consumersSecret: secretLink(consumersSecret) }),
      logGroups: Object.fromEntries(Object.entries(logGroups).map(([id, { link }]) => [id, link])),
      ...(metricsLogGroup && { metricsLogGroup: metricsLogGroup.link }),
    };
  }
}
