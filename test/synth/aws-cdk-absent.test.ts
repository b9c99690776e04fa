/**
 * CloudFormation leaves a setting as it is when a template no longer says it. So what a resource has at one stage, or
 * in one environment file, it has in words at every other. Does not prove: that the list of what is reset is complete.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Settings, stages, synthesized } from './support/aws-cdk-template';
import { everyField, placesOf, variants } from './support/variants';

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isIntrinsic = (value: Settings): boolean =>
  Object.keys(value).length === 1 && /^(Ref|Fn::\w+)$/.test(Object.keys(value)[0] ?? '');

/** Settings that are said: of an attribute list each key, of an object each member. */
function said(properties: Settings, before = ''): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const place = `${before}${name}`;
    if (/Attributes$/.test(name)) return (value as Settings[]).map(({ Key }) => `${place}[${Key}]`);
    if (/Document$/.test(name) || !isObject(value) || isIntrinsic(value)) return [place];
    return [place, ...said(value, `${place}.`)];
  });
}

/** Written as a whole each time, so that nothing stays of what was there before. */
const WRITTEN_WHOLE = [
  // UpdateStack takes the parameters that the template has.
  'AWS::CloudFormation::Stack',
  // Each one is another revision.
  'AWS::ECS::TaskDefinition',
  // PutMetricFilter and ChangeResourceRecordSets replace what has that name.
  'AWS::Logs::MetricFilter',
  'AWS::Route53::RecordSet',
];

/** What may be absent in one template and there in another, and why. */
const MEANT: Readonly<Record<string, string>> = {
  'AWS::CertificateManager::Certificate SubjectAlternativeNames':
    'Other names are another certificate: CloudFormation replaces it.',
  'AWS::Cognito::UserPool UserPoolTags.team':
    'Tags are compared with those of the template before; UpdateUserPool writes them as a whole.',
  'AWS::ECS::Service DesiredCount':
    'Autoscaling moves the number: a deploy leaves it, and without autoscaling the number is said again.',
};

test('what is said of a resource in one template is said in every other that has it', () => {
  const found = new Map<string, { type: string; templates: number; said: Map<string, number> }>();
  const blueprints = variants(stages);
  expect(blueprints.length).toBeGreaterThan(40);
  for (const blueprint of blueprints) {
    for (const [logicalId, { Type, Properties = {} }] of Object.entries(synthesized(blueprint).resources)) {
      if (WRITTEN_WHOLE.includes(Type)) continue;
      const one = found.get(logicalId) ?? { type: Type, templates: 0, said: new Map<string, number>() };
      found.set(logicalId, one);
      one.templates += 1;
      for (const place of said(Properties)) one.said.set(place, (one.said.get(place) ?? 0) + 1);
    }
  }
  const sometimes = [...found.values()].flatMap(({ type, templates, said: places }) =>
    [...places].filter(([, count]) => count < templates).map(([place]) => `${type} ${place}`),
  );
  expect([...new Set(sometimes)].toSorted()).toEqual(Object.keys(MEANT).toSorted());
});

test('the environment that is looked at has every field but for the policies', () => {
  const fields = new Set(fieldsOf(JSON.parse(readFileSync(schemaFile, 'utf8'))));
  const given = new Set(placesOf(everyField()).map((place) => place.join('.')));
  const missing = [...fields].filter((field) => ![...given].some((place) => matches(place, field)));
  // A new field belongs into support/every-field.yaml.
  expect(missing).toEqual(ALTERNATIVES);
});

const schemaFile = path.resolve(__dirname, '../../environments/environment.schema.json');

/** What cannot stand beside what the environment has, or is for editors. */
const ALTERNATIVES: readonly string[] = [
  '$schema',
  'extends',
  'network.vpc',
  'network.publicSubnets',
  'network.privateSubnets',
  'domain.certificateArn',
  'cluster',
  'cluster.arn',
  'namespace',
  'namespace.id',
  'namespace.name',
  'listener',
  'listener.arn',
  'listener.securityGroup',
  'state.path',
];

/** `apis.*.cpu`: where a map's keys are the user's, there is a star. */
function fieldsOf(schema: Settings, before = ''): string[] {
  if (/policies\.|\.routes\.\*\./.test(before)) return [];
  const inner = (name: string, of: Settings) => [`${before}${name}`, ...fieldsOf(of, `${before}${name}.`)];
  return [
    ...Object.entries<Settings>(schema.properties ?? {}).flatMap(([name, of]) => inner(name, of)),
    ...(isObject(schema.additionalProperties) ? fieldsOf(schema.additionalProperties, `${before}*.`) : []),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one: Settings) => fieldsOf(one, before)),
  ];
}

const matches = (place: string, field: string): boolean => {
  const pattern = field.split('.').map((part) => (part === '*' ? '[^.]+' : part));
  return new RegExp(`^${pattern.join('\\.')}$`).test(place);
};
