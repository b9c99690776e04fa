import * as pulumi from '@pulumi/pulumi';
import { isOutside, isRef, type Referred } from '../graph/value';
import {
  type Attribute,
  attributeOf,
  isAttribute,
  isClusterName,
  isConcat,
  isJson,
  isValidationOption,
  type ValidationOption,
} from '../terraform/resource';

type DomainValidationOptions = pulumi.Output<
  readonly ({ readonly domainName: string } & Readonly<Record<ValidationOption['option'], string>>)[]
>;

/** What has been made, and the outputs that others take from it. */
export class Values {
  readonly #made = new Map<Referred, Map<string, pulumi.CustomResource>>();

  add(resource: Referred, id: string, made: pulumi.CustomResource): void {
    const resources = this.#made.get(resource) ?? new Map<string, pulumi.CustomResource>();
    this.#made.set(resource, resources.set(id, made));
  }

  resourcesOf(resource: Referred): pulumi.CustomResource[] {
    return [...(this.#made.get(resource)?.values() ?? [])];
  }

  /** The same data, with Pulumi's outputs in the places of references. */
  resolved(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.resolved(one));
    if (typeof value !== 'object' || value === null) return value;
    if (isOutside(value)) return value.outside;
    if (isRef(value)) return this.resolved(attributeOf(value));
    if (isAttribute(value)) return this.#attribute(value);
    if (isConcat(value))
      return pulumi.concat(...value.concat.map((one) => this.resolved(one) as pulumi.Input<string>));
    if (isClusterName(value)) return clusterName(this.resolved(value.clusterNameOf) as pulumi.Input<string>);
    if (isJson(value)) return pulumi.jsonStringify(this.resolved(value.json));
    if (isValidationOption(value)) return this.#option(value);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.resolved(one)]));
  }

  #attribute({ of, part = of.id, terraform }: Attribute): unknown {
    const made = this.#made.get(of)?.get(part);
    if (made === undefined) throw new Error(`${of.type} "${of.id}" is referred to before it is made.`);
    const value = (made as unknown as Record<string, unknown>)[terraform];
    if (value === undefined) throw new Error(`${of.type} "${of.id}" has no output "${terraform}".`);
    return value;
  }

  /** ACM's options are known only once the certificate is requested; each record picks its own by name then. */
  #option({ certificate, domain, option }: ValidationOption): pulumi.Output<string> {
    const options = this.#attribute({
      of: certificate,
      terraform: 'domainValidationOptions',
    }) as DomainValidationOptions;
    return options.apply((all) => {
      const found = all.find(({ domainName }) => domainName === domain);
      if (found === undefined) throw new Error(`ACM asks for no proof of ${domain}.`);
      return found[option];
    });
  }
}

/** `arn:aws:ecs:eu-central-1:123456789012:cluster/<name>`. */
const clusterName = (arn: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.output(arn).apply((known) => known.split('/')[1] as string);
