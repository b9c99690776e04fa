/** Broken files: what is no YAML, or more of YAML than an environment file may have. */
import { type Broken, REGION, refuses, SHOP } from './environment-fixture';

const grammar: Broken[] = [
  {
    kind: 'a key that stands twice',
    edits: [['port: 8080', 'image: ghcr.io/example/other:1']],
    at: ['13:5 DUPLICATE_KEY'],
    says: ['`image` stands twice in the same mapping', 'Keep one of the two'],
  },
  {
    kind: 'an alias',
    edits: [[REGION, 'region: &r eu-central-1\ntags: { r: *r }\n']],
    at: ['4:12 YAML_ALIAS'],
    says: ['tags.r', 'refers to another value', 'Write the value out here'],
  },
  {
    kind: 'a merge key',
    edits: [[REGION, `${REGION}<<: { name: x }\n`]],
    at: ['4:1 YAML_MERGE_KEY'],
    says: ['`<<` merges another mapping', 'Write the keys out'],
  },
  {
    kind: 'a tag',
    edits: [[REGION, 'region: !!binary ZXU=\n']],
    at: ['3:18 YAML_TAG'],
    says: ['A tag (`!`) changes what a value is'],
  },
  {
    kind: 'a key that is a mapping',
    edits: [['name: shop', '? {a: 1}\n: x\nname: shop']],
    at: ['1:3 YAML_KEY'],
    says: ['A key must be a plain word'],
  },
  {
    kind: 'a tab',
    edits: [['    port: 8080', '\tport: 8080']],
    at: ['13:1 YAML_TAB'],
    says: ['This line is indented with a tab', 'Indent with two spaces'],
  },
  {
    kind: 'a bracket that is not closed',
    edits: [['paths: [/orders]', 'paths: [/orders']],
    at: ['15:5 YAML_SYNTAX'],
    says: ['close each bracket that is opened above'],
  },
  {
    kind: 'a quote that is not closed',
    edits: [['LOG_LEVEL: info', 'LOG_LEVEL: "info']],
    at: ['22:18 YAML_SYNTAX'],
    says: ['A quote, bracket, colon, comma or space is missing here'],
  },
  {
    kind: 'a colon in a value',
    edits: [['  acme: { apis: [orders] }', '  acme: x: y']],
    at: ['24:9 YAML_SYNTAX'],
    says: ['looks like a key with a value of its own', 'put the value in quotes'],
  },
  {
    kind: 'a value that begins with @',
    edits: [['name: shop', 'name: @shop']],
    at: ['1:7 YAML_SYNTAX'],
    says: ['cannot begin with this character', 'Put the value in quotes'],
  },
  {
    kind: 'two documents',
    edits: [['consumers:', '---\nconsumers:']],
    at: ['23:1 YAML_SYNTAX'],
    says: ['more than one YAML document', 'one file is one environment'],
  },
  {
    kind: 'an empty file',
    edits: [[SHOP, '# nothing yet\n']],
    at: ['1:1 FILE_EMPTY'],
    says: ['The file is empty', 'Copy one of the files in environments/'],
  },
  {
    kind: 'a list as a file',
    edits: [[SHOP, '- shop\n']],
    at: ['1:1 WRONG_TYPE'],
    says: ['An environment file is a mapping, and this is a list'],
  },
  {
    kind: 'thousands of brackets',
    edits: [[SHOP, '['.repeat(20_000)]],
    at: ['1:1 YAML_SYNTAX'],
    says: ['nested too deeply'],
  },
  {
    kind: 'a file of two megabytes',
    edits: [[SHOP, `# ${'x'.repeat(2_000_000)}`]],
    at: ['1:1 FILE_SIZE'],
    says: ['larger than an environment file can be', '1000000 bytes at most'],
  },
];

describe('grammar', () => refuses(grammar));
