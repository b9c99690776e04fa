import type { Construct } from 'constructs';
import type { Resource, ResourceOf, ResourceType } from '../../graph/resource';
import type { Made, Values } from '../values';

/** What a builder makes a construct of, and where. */
export interface Building<Type extends ResourceType> extends Omit<ResourceOf<Type>, 'transform'> {
  /** Where the construct stands, under `name`. */
  readonly scope: Construct;
  /** The last part of `id`. */
  readonly name: string;
  /** All resources of its noun. */
  readonly beside: readonly Resource[];
  readonly values: Values;
  /** The settings of a construct, as the user's `transform` has them. */
  readonly transformed: <Config>(config: Config) => Config;
}

/** Makes the construct of a resource, idiomatic for AWS CDK: L2 where it has one that leaves decisions to us. */
export type Builder<Type extends ResourceType> = (building: Building<Type>) => Made<Type>;

export type Builders = { readonly [Type in ResourceType]: Builder<Type> };
