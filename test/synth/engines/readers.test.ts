/** What is synthesized is read whole: nothing that a reader does not know is passed over. */
import { readFileSync } from 'node:fs';
import { factsOfCdktf } from './cdktf';
import { factsOfCloudFormation } from './cloudformation';
import type { Settings } from './facts';
import { UNTAGGED, WORDS } from './terraform-words';

type Addressed = Record<string, Settings>;

/** Resources by `type name`, each at the path of its name. */
function configuration(all: Addressed) {
  const resource: Record<string, Addressed> = {};
  for (const [address, settings] of Object.entries(all)) {
    const [type = '', name = ''] = address.split(' ');
    resource[type] = {
      ...resource[type],
      [name]: { '//': { metadata: { path: `shop/Default/${name}` } }, ...settings },
    };
  }
  return { provider: { aws: [{ default_tags: [{ tags: { team: 'web' } }] }] }, resource };
}

/** Resources by `type name`, each at the path of its name and with that as its logical id. */
const template = (all: Addressed) => ({
  Resources: Object.fromEntries(
    Object.entries(all).map(([key, settings]) => {
      const [Type = '', name = ''] = key.split(' ');
      return [name, { Type, Metadata: { 'aws:cdk:path': `shop/Default/${name}/Resource` }, ...settings }];
    }),
  ),
});

describe('cdk.tf.json', () => {
  const settingsOf = (all: Addressed, path: string) =>
    factsOfCdktf(configuration(all)).resources.get(path)?.settings;

  test('arguments are in AWS words, references by path, with the tags of the provider', () => {
    const all = {
      'aws_vpc net': { cidr_block: '10.0.0.0/16', tags: { Name: 'shop' } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
      'aws_subnet one': { vpc_id: '${aws_vpc.net.id}', own_argument: [{ of_it: 1 }] },
    };
    expect(settingsOf(all, 'net')).toEqual({ CidrBlock: '10.0.0.0/16', Tags: { Name: 'shop', team: 'web' } });
    expect(settingsOf(all, 'one')).toEqual({
      OwnArgument: [{ OfIt: 1 }],
      Tags: { team: 'web' },
      VpcId: '«net#Id»',
    });
  });

  test.each([
    ['$${HOME}', '$' + '{HOME}'],
    ['%%{ if }', '%{ if }'],
    ['100 % {x}', '100 % {x}'],
  ])('%s is the text %s', (written, meant) => {
    expect(settingsOf({ 'aws_vpc net': { text: written } }, 'net')?.Text).toBe(meant);
  });

  test('an expression that is more than a reference is no text', () => {
    const all = {
      'aws_vpc net': {},
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
      'aws_subnet one': { text: 'a-${upper(aws_vpc.net.id)}' },
    };
    expect(settingsOf(all, 'one')?.Text).toBe('a-⟨upper(«net#Id»)⟩');
  });

  test.each<[string, Addressed, string]>([
    ['a type', { 'aws_sqs_queue q': {} }, 'terraform-words.ts has no aws_sqs_queue.'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
    ['what is referred to', { 'aws_vpc net': { a: '${aws_vpc.other.id}' } }, 'There is no aws_vpc.other.'],
    ['what is waited for', { 'aws_vpc net': { depends_on: ['aws_eip.x'] } }, 'There is no aws_eip.x.'],
    [
      "a part's whole",
      {
        'aws_security_group g/Group': {},
        'aws_vpc_security_group_egress_rule g/Egress': { security_group_id: 'sg-1' },
      },
      "Group of g/Group's way out is sg-1, not «g/Group#Id».",
    ],
  ])('%s that is not known is told', (_, all, message) => {
    expect(() => factsOfCdktf(configuration(all))).toThrow(message);
  });
});

describe('a template', () => {
  const settingsOf = (all: Addressed, path: string) =>
    factsOfCloudFormation(template(all)).resources.get(path)?.settings;

  test('references are by path, in text too, and a list of tags is an object', () => {
    const all = {
      'AWS::EC2::VPC net': { Properties: { Tags: [{ Key: 'team', Value: 'web' }] } },
      'AWS::EC2::Subnet one': {
        Properties: {
          VpcId: { Ref: 'net' },
          Text: { 'Fn::Join': ['', ['a-', { 'Fn::GetAtt': ['net', 'CidrBlock'] }]] },
        },
      },
    };
    expect(settingsOf(all, 'net')).toEqual({ Tags: { team: 'web' } });
    expect(settingsOf(all, 'one')).toEqual({ Text: 'a-«net#CidrBlock»', VpcId: '«net#Id»' });
  });

  test.each<[string, Settings, string]>([
    ['what is referred to', { Properties: { a: { Ref: 'other' } } }, 'There is no other.'],
    ['what is waited for', { DependsOn: 'other' }, 'There is no other.'],
    ['a function', { Properties: { a: { 'Fn::Select': [0, []] } } }, 'The facts do not read Fn::Select.'],
  ])('%s that is not known is told', (_, settings, message) => {
    expect(() => factsOfCloudFormation(template({ 'AWS::EC2::VPC net': settings }))).toThrow(message);
  });
});

test("what has no tags is what Terraform's provider has none for", () => {
  const untagged = Object.keys(WORDS).filter((type) => {
    const folder = type.replace(/^aws_/, '').replaceAll('_', '-');
    const file = require.resolve(`@cdktf/provider-aws/lib/${folder}/index.d.ts`);
    return !readFileSync(file, 'utf8').includes('tagsAll');
  });
  expect([...UNTAGGED].toSorted()).toEqual(untagged.toSorted());
});
