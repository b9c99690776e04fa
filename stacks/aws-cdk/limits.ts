/** What CloudFormation takes of one template: told before it is deployed, with what to write. */
import type { Finding } from '../../constructs/blueprint/rules';
import type { Measured, MeasuredTemplate } from './measure';

interface Limit<Of> {
  readonly code: string;
  readonly most: number;
  readonly of: (stack: Of) => number;
  /** What is counted, as a sentence names it. */
  readonly what: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const RESOURCES: Limit<Measured> = {
  code: 'STACK_RESOURCES',
  most: 500,
  of: ({ resources }) => resources,
  what: 'resources',
};
const TEMPLATE: readonly Limit<MeasuredTemplate>[] = [
  { code: 'STACK_PARAMETERS', most: 200, of: ({ parameters }) => parameters, what: 'parameters' },
  { code: 'STACK_OUTPUTS', most: 200, of: ({ outputs }) => outputs, what: 'outputs' },
  { code: 'STACK_BYTES', most: 1_000_000, of: ({ bytes }) => bytes, what: 'bytes' },
];

/** Of the resources in each stack of an environment. */
export const resourceFindings = (stacks: readonly Measured[]): Finding[] => findings(stacks, [RESOURCES]);

/** Of all else that a template has. */
export const templateFindings = (stacks: readonly MeasuredTemplate[]): Finding[] =>
  findings(stacks, TEMPLATE);

function findings<Of extends Measured>(stacks: readonly Of[], limits: readonly Limit<Of>[]): Finding[] {
  const names = new Set(stacks.flatMap(({ nestedStack }) => nestedStack ?? []));
  return limits.flatMap((limit) => {
    const over = stacks.filter((stack) => limit.of(stack) > limit.most);
    // A name stands in several nested stacks: the fullest one says how many of its APIs are too many.
    const fullest = over.filter(
      (stack) =>
        !over.some((other) => other.nestedStack === stack.nestedStack && limit.of(other) > limit.of(stack)),
    );
    return fullest.map((stack) => finding(stack, limit, nextName(names)));
  });
}

function finding<Of extends Measured>(stack: Of, limit: Limit<Of>, name: string): Finding {
  const { nestedStack, apis } = stack;
  const given = limit.of(stack);
  const moved = leaving(stack, given, limit.most);
  const [first] = moved;
  return {
    code: limit.code,
    path: first === undefined ? ['apis'] : ['apis', first],
    where: 'key',
    message:
      nestedStack === undefined
        ? `With AWS CDK the environment's own stack would have ${given} ${limit.what}.`
        : `With AWS CDK a nested stack of \`${nestedStack}\` would have ${given} ${limit.what}.`,
    given: `${given} ${limit.what}, with ${apis.size} APIs`,
    allowed: `${limit.most} ${limit.what} in a template of CloudFormation`,
    fix: first === undefined ? 'Put some APIs into an environment of their own.' : fixOf(moved, stack, name),
  };
}

function fixOf(moved: readonly string[], stack: Measured, name: string): string {
  const where = stack.nestedStack === undefined ? 'the file' : `\`${stack.nestedStack}\``;
  const fit = fitting(stack);
  const names =
    moved.length > 6
      ? `\`${moved[0]}\` to \`${moved.at(-1)}\`, which are ${moved.length}`
      : moved.map((one) => `\`${one}\``).join(', ');
  const more = moved.length > fit ? `, and another name for each ${fit} of them` : '';
  return [
    `Write \`nestedStack: ${name}\`${more} for the last APIs of ${where}: ${names}.`,
    `One name takes ${fit} such APIs.`,
    'An API that is deployed cannot be moved: say it where you add one.',
  ].join(' ');
}

/** The last APIs, without which the rest fits. None: the rest would not fit without all of them. */
function leaving(stack: Measured, given: number, most: number): string[] {
  const apis = [...stack.apis];
  const ofApis = apis.reduce((all, [, resources]) => all + resources, 0);
  // What is not resources is shared out as they are.
  const share = given > most && given !== stack.resources ? (given - FIXED) / ofApis : 1;
  let left = given;
  for (let count = 1; count <= apis.length; count++) {
    left -= (apis.at(-count)?.[1] ?? 0) * share;
    const added = stack.nestedStack === undefined ? NESTED_STACKS * Math.ceil(count / fitting(stack)) : 0;
    if (left + added <= most) return apis.slice(apis.length - count).map(([name]) => name);
  }
  return [];
}

/** Nested stacks of one name, in the environment's own stack: with those of new versions. */
const NESTED_STACKS = 6;
/** Parameters and outputs that are of no API; of bytes, next to nothing. */
const FIXED = 20;

/** How many APIs as large as the largest of these one name takes. */
const fitting = ({ largest }: Measured): number => Math.floor(RESOURCES.most / largest);

/** `b`, `c`, …: the first that no API says. */
function nextName(names: ReadonlySet<string>): string {
  const letters = 'bcdefghijklmnopqrstuvwxyz';
  const all = [...letters, ...[...letters].map((one) => `b${one}`)];
  return all.find((one) => !names.has(one)) ?? `b${names.size}`;
}
