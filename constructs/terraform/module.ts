/**
 * An environment as a plain Terraform module, for operators who read no TypeScript: the same resources as CDKTF's, in
 * Terraform's JSON syntax, without provider and backend.
 */
import { createHash } from 'node:crypto';
import type { Blueprint } from '../blueprint/blueprint';
import { environmentGraph } from '../graph/environment';
import { environmentOutputs } from '../graph/outputs';
import { isOutside, isRef, type Referred } from '../graph/value';
import { inOrder, type Placed, pathOf } from '../graph/walk';
import {
  type Attribute,
  attributeOf,
  isAttribute,
  isClusterName,
  isConcat,
  isJson,
  isValidationOption,
  type Postcondition,
  snakeCase,
  type TerraformResource,
} from './resource';
import { translate } from './translate';
import { OLDEST_PROVIDER, OLDEST_TERRAFORM } from './versions';

/** Files by name, each a JSON document. */
export type TerraformModule = Readonly<Record<`${string}.tf.json`, object>>;

/** Types of the provider that cannot have tags. */
const UNTAGGED: ReadonlySet<string> = new Set([
  'aws_acm_certificate_validation',
  'aws_appautoscaling_policy',
  'aws_cloudwatch_log_metric_filter',
  'aws_cognito_resource_server',
  'aws_cognito_user_pool_client',
  'aws_cognito_user_pool_domain',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
  'aws_route',
  'aws_route53_record',
  'aws_route_table_association',
  'aws_secretsmanager_secret_version',
]);

const PROVIDER = { source: 'hashicorp/aws', version: `>= ${OLDEST_PROVIDER}` };

/**
 * ```ts
 * terraformModule(resolve(loadEnvironment('environments/prod.yaml')))['main.tf.json'];
 * ```
 * Variables: `tags`, beside those of the environment, and `images`, for images that a pipeline owns: by API. Another name than
 * an API's is refused. Its provider is the caller's; a plan with one in another region than the environment's fails.
 */
export function terraformModule(blueprint: Blueprint): TerraformModule {
  const stage = environmentGraph(blueprint);
  const images = imagesOf(blueprint);
  const writer = new Writer(inOrder(stage), images);
  return {
    'main.tf.json': {
      terraform: { required_version: `>= ${OLDEST_TERRAFORM}`, required_providers: { aws: PROVIDER } },
      locals: { tags: `\${merge(${JSON.stringify(escaped(blueprint.tags))}, var.tags)}` },
      data: {
        aws_region: { current: ownRegion(blueprint) },
        ...(blueprint.account && { aws_caller_identity: { account: ownAccount(blueprint.account) } }),
      },
      resource: writer.resources(),
    },
    'variables.tf.json': { variable: variables([...images.keys()]) },
    'outputs.tf.json': {
      output: Object.fromEntries(
        environmentOutputs(stage).map(({ name, description, value }) => [
          name,
          { description, value: writer.written(value) },
        ]),
      ),
    },
  };
}

/** Its names, zones and ARNs are of one region: with a provider in another one the plan fails. */
const ownRegion = ({ environment, region }: Blueprint): object => ({
  lifecycle: {
    postcondition: [
      {
        // `id` is the code in every version of the provider; `name` is called `region` from 6 on.
        condition: `\${self.id == ${quoted(region)}}`,
        error_message: `${environment} is in ${region}, and the provider that this module was given is in another region. Give it one of ${region}: providers = { aws = aws.… }`,
      },
    ],
  },
});

/** The provider is the caller's: what it would be told there is looked at here, and a plan for another account fails. */
const ownAccount = (account: string): object => ({
  lifecycle: {
    postcondition: [
      {
        condition: `\${self.account_id == ${quoted(account)}}`,
        error_message: `The environment belongs to account ${account}, and the credentials are of another one.`,
      },
    ],
  },
});

function variables(apis: readonly string[]): object {
  const names = apis.join(', ');
  return {
    tags: { type: 'map(string)', description: "Tags beside the environment's own.", default: {} },
    images: {
      type: 'map(string)',
      description: `Images by API (${names}); one that is absent is as the environment file has it.`,
      default: {},
      validation: [
        {
          condition: `\${length(setsubtract(keys(var.images), ${JSON.stringify(apis)})) == 0}`,
          error_message: `images names an API that is not there. There are: ${names}.`,
        },
      ],
    },
  };
}

/** The images that APIs' own containers have, by the service's id. */
const imagesOf = ({ services }: Blueprint): ReadonlyMap<string, string> =>
  new Map(
    services.flatMap(({ id, taskDefinition: { containers } }) =>
      containers.filter(({ name }) => name === id).map(({ image }) => [id, image] as const),
    ),
  );

class Writer {
  readonly #addresses = new Map<Referred, ReadonlyMap<string, string>>();
  readonly #placed: readonly Placed[];
  readonly #images: ReadonlyMap<string, string>;

  constructor(placed: readonly Placed[], images: ReadonlyMap<string, string>) {
    this.#placed = placed;
    this.#images = images;
    for (const one of placed) {
      const names = translate(one.resource).map(
        ({ type, id }) => [id, `${type}.${nameOf(one, id)}`] as const,
      );
      this.#addresses.set(one.resource, new Map(names));
    }
  }

  resources(): object {
    const byType: Record<string, Record<string, object>> = {};
    for (const placed of this.#placed) {
      for (const one of translate(placed.resource)) {
        const type = byType[one.type] ?? {};
        byType[one.type] = type;
        type[nameOf(placed, one.id)] = this.#resource(one, placed);
      }
    }
    return byType;
  }

  #resource(
    { type, arguments: given, lifecycle = {}, postcondition }: TerraformResource,
    { waits }: Placed,
  ): object {
    const { tags = {}, ...others } = this.written(given) as Record<string, object>;
    const dependsOn = waits.flatMap((on) => (isOutside(on) ? [] : this.#addressesOf(on)));
    return {
      ...others,
      ...(!UNTAGGED.has(type) && { tags: `\${merge(local.tags, ${JSON.stringify(tags)})}` }),
      ...(dependsOn.length > 0 && { depends_on: [...new Set(dependsOn)] }),
      ...((Object.keys(lifecycle).length > 0 || postcondition) && {
        lifecycle: {
          ...lifecycleOf(lifecycle),
          ...(postcondition && this.#postcondition(postcondition, given)),
        },
      }),
    };
  }

  #postcondition({ argument, errorMessage }: Postcondition, given: TerraformResource['arguments']): object {
    const asked = this.#bare(given[argument] as object);
    const condition = `\${(self.${snakeCase(argument)} == ${asked})}`;
    return { postcondition: [{ condition, error_message: escapedText(errorMessage) }] };
  }

  /** The same data in Terraform's JSON syntax: names in snake case, references as expressions. */
  written(value: unknown): unknown {
    if (typeof value === 'string') return escapedText(value);
    if (Array.isArray(value)) return value.map((one) => this.written(one));
    if (typeof value !== 'object' || value === null) return value;
    if (isJson(value)) return this.#json(value.json);
    if (isSpecial(value)) return this.#template(value);
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [argumentName(key), this.written(one)]),
    );
  }

  /** A text that is JSON. An API's own image is the variable's where there is one. */
  #json(document: unknown): string {
    const text = JSON.stringify(this.#inJson(document));
    return text.replace(MARKED, (_, api: string) => {
      const image = quoted(this.#images.get(api) as string);
      return `\${lookup(var.images, ${quoted(api)}, ${image})}`;
    });
  }

  #inJson(value: unknown): unknown {
    if (typeof value === 'string') return escapedText(value);
    if (Array.isArray(value)) return value.map((one) => this.#inJson(one));
    if (typeof value !== 'object' || value === null) return value;
    if (isSpecial(value)) return this.#template(value);
    const entries = Object.entries(value).map(([key, one]) => [escapedText(key), this.#inJson(one)]);
    const { name, image } = value as { readonly name?: unknown; readonly image?: unknown };
    const owned = typeof image === 'string' && this.#images.get(name as string) === image;
    return { ...Object.fromEntries(entries), ...(owned && { image: `${MARK}${name}${MARK}` }) };
  }

  #template(value: object): string {
    return isConcat(value)
      ? value.concat.map((one) => (typeof one === 'object' ? this.#template(one) : escapedText(one))).join('')
      : this.#expression(isRef(value) ? attributeOf(value) : value);
  }

  #expression(value: object): string {
    if (isConcat(value)) return this.#template(value);
    return `\${${this.#bare(value)}}`;
  }

  #bare(value: object): string {
    if (isRef(value)) return this.#bare(attributeOf(value));
    if (isAttribute(value)) return `${this.#addressOf(value)}.${snakeCase(value.terraform)}`;
    if (isClusterName(value)) return `element(split("/", ${this.#bare(value.clusterNameOf as object)}), 1)`;
    if (isValidationOption(value)) {
      const { certificate, domain, option } = value;
      const options = `${this.#addressOf({ of: certificate })}.domain_validation_options`;
      return `one([for option in ${options} : option.${snakeCase(option)} if option.domain_name == ${quoted(domain)}])`;
    }
    throw new Error('An expression of no known kind.');
  }

  #addressOf({ of, part = of.id }: Pick<Attribute, 'of' | 'part'>): string {
    const address = this.#addresses.get(of)?.get(part);
    if (address === undefined) throw new Error(`${of.type} "${of.id}" is not in the graph.`);
    return address;
  }

  #addressesOf(resource: Referred): string[] {
    return [...(this.#addresses.get(resource)?.values() ?? [])];
  }
}

/** What begins with a capital is no argument but a user's key: a tag, a dimension. */
const argumentName = (key: string): string => (/^[a-z]/.test(key) ? snakeCase(key) : escapedText(key));

/** Stands around an API's name, in whose place its image comes once the text is JSON. */
const MARK = '\uE000';
const MARKED = new RegExp(`${MARK}([\\w-]+)${MARK}`, 'g');

const isSpecial = (value: object): boolean =>
  isRef(value) || isAttribute(value) || isConcat(value) || isClusterName(value) || isValidationOption(value);

/** A name of letters, digits, hyphens and underscores; what another path would share it with is told apart by a hash. */
function nameOf(placed: Placed, id: string): string {
  const path = pathOf({ ...placed, resource: { ...placed.resource, id } });
  const name = path.replace(/\/Default(?=\/)/g, '').replace(/\//g, '_');
  if (/^[A-Za-z_][\w-]*$/.test(name)) return name;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return `${name.replace(/[^\w-]/g, '_').replace(/^(?![A-Za-z_])/, '_')}_${hash}`;
}

function lifecycleOf(lifecycle: NonNullable<TerraformResource['lifecycle']>): object {
  const { ignoreChanges, ...others } = lifecycle;
  return {
    ...Object.fromEntries(Object.entries(others).map(([key, value]) => [snakeCase(key), value])),
    ...(ignoreChanges && { ignore_changes: ignoreChanges.map(snakeCase) }),
  };
}

/**
 * In Terraform's JSON syntax every string is a template.
 * @see https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
 */
const escapedText = (text: string): string => text.replace(/([$%])\{/g, '$1$1{');

const escaped = (texts: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [escapedText(key), escapedText(text)]));

/** A string in an expression. */
const quoted = (text: string): string => escapedText(JSON.stringify(text));
