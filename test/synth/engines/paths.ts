/** Construct paths: what is one thing in AWS has one path, whatever an engine makes of it. */

/** A construct's path without the stack, by CDK's rule for ids: what adds nothing is left out. */
export function pathOf(constructPath: string): string {
  const names = constructPath
    .split('/')
    .slice(2)
    .filter((name) => !['Default', 'Resource'].includes(name));
  const path = names.filter((name, index) => name !== names[index - 1]).join('/');
  return OTHER_PATHS.reduce((one, [pattern, name]) => one.replace(pattern, name), path);
}

/** The same resource under another path. */
const OTHER_PATHS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^NestedStacks\/[^/]+\/[^/]+\//, ''],
  [/\/Service\/TaskCount\/Target$/, '/ScalingTarget'],
  [/\/Service\/TaskCount\/Target\/Policy$/, '/ScalingPolicy'],
  [/^Identity\/UserPool\/(?:Client-)?(.+)$/, 'Identity/$1'],
];

/** Parts that one engine makes a resource of and the other does not, with the path of the whole that both have. */
const PARTS: readonly (readonly [part: RegExp, whole: string])[] = [
  [/\/ExecutionRole\/Policy$/, '/ExecutionRole/Role'],
  [/\/TaskRole\/(?:Policy|ManagedPolicy\/.*)$/, '/TaskRole/Role'],
  [/\/Egress$/, '/Group'],
  [/\/ConsumersSecret\/Version$/, '/ConsumersSecret/Secret'],
  [/^LoadBalancer\/Certificate\/(?:Validation|Record-.*)$/, 'LoadBalancer/Certificate'],
  [/^Network\/InternetGatewayAttachment$/, 'Network/InternetGateway'],
];

export const wholeOf = (path: string): string =>
  PARTS.reduce((name, [part, whole]) => name.replace(part, whole), path);
