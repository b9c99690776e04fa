/** Names that AWS does not take, and APIs that do not fit together. */
import { type Broken, type Edit, LEVEL, REGION, refuses, shop } from './environment-fixture';

const names: Broken[] = [
  {
    kind: 'a target group name that is too long',
    edits: [
      ['name: shop', 'name: shop-of-everything'],
      ['  catalog:\n', '  catalog-items:\n'],
    ],
    at: ['18:3 TARGET_GROUP_NAME_LENGTH'],
    says: ['shop-of-everything-catalog-items-…', '37 characters', '32 characters', 'by 5'],
  },
  {
    kind: "a name that leaves no room for the gateways' target group",
    edits: [['name: shop', 'name: the-shop-of-everything']],
    at: ['1:7 TARGET_GROUP_NAME_LENGTH', '11:3 TARGET_GROUP_NAME_LENGTH', '18:3 TARGET_GROUP_NAME_LENGTH'],
    says: ['22 characters', '19 characters for the environment', 'by 3'],
  },
  {
    kind: 'a load balancer name that AWS reserves',
    edits: [['name: shop', 'name: internal']],
    at: ['1:7 NAME_RESERVED'],
    says: ['no load balancer whose name begins with internal-', 'another name'],
  },
  {
    kind: 'a security group name that AWS reserves',
    edits: [['name: shop', 'name: sg']],
    at: ['1:7 NAME_RESERVED'],
    says: ['no security group whose name begins with sg-'],
  },
  {
    kind: 'an API called gateway',
    edits: [['  catalog:\n', '  gateway:\n']],
    at: ['18:3 API_NAME_RESERVED'],
    says: ['`gateway` is a name that Stagecraft uses itself'],
  },
  {
    kind: 'an API called like a member of the pair',
    edits: [['  catalog:\n', '  gateway-b:\n']],
    at: ['18:3 API_NAME_RESERVED'],
    says: ['begins with `gateway-`'],
  },
  {
    kind: 'an API called like the load balancer',
    edits: [['  catalog:\n', '  alb:\n']],
    at: ['18:3 API_NAME_RESERVED'],
    says: ['`alb`'],
  },
  {
    kind: 'no API at all',
    edits: [[shop().slice(shop().indexOf('apis:')), 'apis: {}\n']],
    at: ['10:1 NO_API'],
    says: ['The environment has no API'],
  },
];

const apis: Broken[] = [
  {
    kind: 'a CPU size that Fargate has not',
    edits: [['    port: 8080', '    cpu: 300']],
    at: ['13:10 FARGATE_CPU'],
    says: ['300', '`256`, `512`, `1024`, `2048`, `4096`, `8192`, `16384`'],
  },
  {
    kind: 'a memory size that does not go with the CPU',
    edits: [['    port: 8080', '    cpu: 1024\n    memoryMiB: 1024']],
    at: ['14:16 FARGATE_MEMORY'],
    says: ['1024 CPU units and 1024 MiB', '2048 to 8192 in steps of 1024', '`memoryMiB: 2048`'],
  },
  {
    kind: 'more CPU with the memory that is there by default',
    edits: [['    port: 8080', '    cpu: 1024']],
    at: ['13:10 FARGATE_MEMORY'],
    says: ['cpu 1024, memoryMiB 512'],
  },
  {
    kind: 'a memory size between two steps',
    edits: [['    port: 8080', '    cpu: 8192\n    memoryMiB: 17408']],
    at: ['14:16 FARGATE_MEMORY'],
    says: ['16384 to 61440 in steps of 4096', '`memoryMiB: 20480`'],
  },
  {
    kind: 'fewer instances at most than at least',
    edits: [['    port: 8080', '    instances: { min: 4, max: 3 }']],
    at: ['13:31 INSTANCES_RANGE'],
    says: ['`max` is less than `min`', 'min 4, max 3'],
  },
  {
    kind: 'a health check as long as its interval',
    edits: [['    port: 8080', '    health: { timeoutSeconds: 10 }']],
    at: ['13:31 HEALTH_TIMEOUT'],
    says: ['must end before the next one begins', 'timeoutSeconds 10, intervalSeconds 10'],
  },
  {
    kind: 'a range of statuses the wrong way round',
    edits: [['    port: 8080', '    health: { status: 299-200 }']],
    at: ['13:23 HEALTH_STATUS'],
    says: ['299-200', '"200-299"'],
  },
  {
    kind: 'a variable that the platform sets',
    edits: [[LEVEL, '      TASK_ADDRESS: 127.0.0.1']],
    at: ['22:7 VARIABLE_RESERVED'],
    says: ['`TASK_ADDRESS` is set by what runs the task'],
  },
  {
    kind: 'a secret in a variable that the platform sets',
    edits: [
      [
        `    environment:\n${LEVEL}`,
        '    secrets:\n      DNS_ADDRESS: arn:aws:ssm:eu-central-1:123456789012:parameter/x',
      ],
    ],
    at: ['22:7 VARIABLE_RESERVED'],
    says: ['`DNS_ADDRESS`'],
  },
  {
    kind: 'a variable that is a secret too',
    edits: [
      [LEVEL, `${LEVEL}\n    secrets: { LOG_LEVEL: "arn:aws:ssm:eu-central-1:123456789012:parameter/x" }`],
    ],
    at: ['23:16 VARIABLE_TWICE'],
    says: ['`LOG_LEVEL` is both in `environment` and in `secrets`'],
  },
  {
    kind: 'a secret in another region',
    edits: [[LEVEL, `${LEVEL}\n    secrets: { DB: "arn:aws:ssm:us-east-1:123456789012:parameter/x" }`]],
    at: ['23:20 ARN_REGION'],
    says: ['us-east-1', 'eu-central-1'],
  },
  {
    kind: 'variables that do not fit a task definition',
    edits: [
      [LEVEL, Array.from({ length: 20 }, (_, index) => `      V${index}: ${'x'.repeat(4000)}`).join('\n')],
    ],
    at: ['21:5 TASK_DEFINITION_SIZE'],
    says: ['do not fit a task definition', '61440 bytes'],
  },
  {
    kind: 'a request that may outlast the deregistration delay',
    edits: [['    port: 8080', '    requestTimeoutSeconds: 60']],
    at: ['13:28 REQUEST_TIMEOUT_DRAIN'],
    says: ['A deploy would cut requests of `orders`', 'deregistrationDelaySeconds 60', 'to 65 or more'],
  },
  {
    kind: 'an API that is called as what every object has',
    edits: [['  orders:', '  constructor:']],
    at: ['11:3 BAD_NAME'],
    says: ['"constructor" cannot be a name in `apis`', '`constructor` is taken'],
  },
  ...['secret:a:b:c:d:e', 'secret:', 'secret:a b'].map((end) => ({
    kind: `an ARN that ends with ${end}`,
    edits: [
      [
        LEVEL,
        `      LEVEL: info\n    secrets: { KEY: "arn:aws:secretsmanager:eu-central-1:123456789012:${end}" }`,
      ],
    ] as Edit[],
    at: ['23:21 WRONG_FORM'],
    says: ['the ARN of a Secrets Manager secret or of an SSM parameter'],
  })),
  {
    kind: 'a request that no deregistration delay is long enough for',
    edits: [
      [REGION, `${REGION}deregistrationDelaySeconds: 3600\n`],
      ['stage: gateway', 'stage: api'],
      ['    port: 8080', '    requestTimeoutSeconds: 3600'],
    ],
    at: ['14:28 REQUEST_TIMEOUT_DRAIN'],
    says: ['fix:     Lower `requestTimeoutSeconds` to less than 3600'],
  },
  {
    kind: 'a deregistration delay shorter than the requests',
    edits: [[REGION, `${REGION}deregistrationDelaySeconds: 20\n`]],
    at: ['4:29 REQUEST_TIMEOUT_DRAIN', '4:29 REQUEST_TIMEOUT_DRAIN'],
    says: ['requestTimeoutSeconds 30, deregistrationDelaySeconds 20'],
  },
  {
    kind: 'a request that a stopping gateway would cut',
    edits: [
      [REGION, `${REGION}deregistrationDelaySeconds: 300\n`],
      ['    port: 8080', '    requestTimeoutSeconds: 96'],
    ],
    at: ['14:28 DRAIN_TOO_LONG'],
    says: ['Fargate gives it 120 s', 'up to 95 s'],
  },
];

describe('names', () => refuses(names));
describe('APIs', () => refuses(apis));
