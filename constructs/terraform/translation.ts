import type { Resource, ResourceOf, ResourceType } from '../graph/resource';
import type { TerraformResource } from './resource';

/** A resource of the provider. What is absent is as the graph's resource has it. */
export interface Translated
  extends Pick<TerraformResource, 'type' | 'arguments' | 'lifecycle' | 'postcondition' | 'transform'> {
  readonly id?: string;
}

/** For each type of the graph: the provider's resources, the one that others refer to first. */
export type Translations = {
  readonly [Type in ResourceType]: (resource: ResourceOf<Type>, self: Resource) => readonly Translated[];
};
