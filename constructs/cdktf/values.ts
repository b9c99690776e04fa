import { type TerraformResource as Element, Fn } from 'cdktf';
import { isOutside, isRef, type Referred } from '../graph/value';
import {
  type Attribute,
  attributeOf,
  isAttribute,
  isClusterName,
  isConcat,
  isJson,
  isValidationOption,
  snakeCase,
  type ValidationOption,
} from '../terraform/resource';
import { literal } from './literal';

/** What has been made, and the values that others take from it. */
export class Values {
  readonly #made = new Map<Referred, Map<string, Element>>();

  add(resource: Referred, id: string, element: Element): void {
    const elements = this.#made.get(resource) ?? new Map<string, Element>();
    this.#made.set(resource, elements.set(id, element));
  }

  elementsOf(resource: Referred): Element[] {
    return [...(this.#made.get(resource)?.values() ?? [])];
  }

  /** The same data, with cdktf's values in the places of references, and texts taken literally. */
  resolved(value: unknown): unknown {
    if (typeof value === 'string') return literal(value);
    if (Array.isArray(value)) return value.map((one) => this.resolved(one));
    if (typeof value !== 'object' || value === null) return value;
    if (isOutside(value)) return value.outside;
    if (isRef(value)) return this.resolved(attributeOf(value));
    if (isAttribute(value)) return this.#attribute(value);
    if (isConcat(value)) return value.concat.map((one) => this.resolved(one)).join('');
    // `arn:aws:ecs:eu-central-1:123456789012:cluster/<name>`, known now or only when it is applied.
    if (isClusterName(value))
      return Fn.element(Fn.split('/', this.resolved(value.clusterNameOf) as string), 1);
    if (isJson(value)) return JSON.stringify(this.resolved(value.json));
    if (isValidationOption(value)) return this.#option(value);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [literal(key), this.resolved(one)]));
  }

  #attribute({ of, part, terraform }: Attribute): unknown {
    const element = this.#element(of, part);
    return (element as unknown as Record<string, unknown>)[terraform];
  }

  #element(of: Referred, part = of.id): Element {
    const element = this.#made.get(of)?.get(part);
    if (element === undefined) throw new Error(`${of.type} "${of.id}" is referred to before it is made.`);
    return element;
  }

  /**
   * ACM's validation options are a set, and known only once the certificate is requested; the names are known now. So
   * the resources are counted by the names, and each picks its option by name when it is applied.
   */
  #option({ certificate, domain, option }: ValidationOption): string {
    const { friendlyUniqueId } = this.#element(certificate);
    const options = `aws_acm_certificate.${friendlyUniqueId}.domain_validation_options`;
    return `\${one([for option in ${options} : option.${snakeCase(option)} if option.domain_name == ${JSON.stringify(domain)}])}`;
  }
}
