/** A template with its nested stacks -> one template, as if all stood in one stack. */
import type { Settings, Template } from './synthesized';

/** What CloudFormation waits for with a nested stack, all that is in it waits for. */
export function flat(template: Template): Template {
  const { nested = {} } = template;
  if (Object.keys(nested).length === 0) return template;
  const all = new Map<string, Settings>();
  for (const [logicalId, one] of Object.entries(template.Resources)) {
    const inner = nested[logicalId];
    if (inner === undefined) all.set(logicalId, one);
    else for (const [id, resource] of opened(logicalId, one, inner)) all.set(id, resource);
  }
  const resources = Object.entries(Object.fromEntries(all)).map(([id, one]) => [id, closed(one, template)]);
  return { ...template, Resources: Object.fromEntries(resources), nested: {} };
}

/** The resources of a nested stack, with the parameters' values, and what the stack itself waits for. */
function opened(
  stack: string,
  { Properties, DependsOn = [] }: Settings,
  inner: Template,
): [string, Settings][] {
  const { Parameters = {} } = Properties as { Parameters?: Settings };
  const outside = [...[DependsOn].flat(), ...namedIn(Parameters)];
  const idOf = (id: string): string => `${stack}/${id}`;
  return Object.entries(inner.Resources).map(([id, { DependsOn: own = [], ...resource }]) => [
    idOf(id),
    {
      ...(renamed(resource, Parameters, idOf) as Settings),
      DependsOn: [...outside, ...[own].flat().map(idOf)],
      NestedStack: stack,
    },
  ]);
}

/** References to what is in the nested stack are to its new id; a parameter is its value. */
function renamed(value: unknown, parameters: Settings, idOf: (id: string) => string): unknown {
  const inside = (one: unknown): unknown => renamed(one, parameters, idOf);
  return mapped(value, inside, (name, of) => {
    if (name === 'Ref' && of in parameters) return parameters[of];
    if (name === 'Ref') return { Ref: of.startsWith('AWS::') ? of : idOf(of) };
    return name === 'Fn::GetAtt' ? { 'Fn::GetAtt': [idOf(of[0]), of[1]] } : undefined;
  });
}

/** Outputs of nested stacks are their values, and what waits for a nested stack waits for all that is in it. */
function closed(resource: Settings, template: Template): Settings {
  const { nested = {} } = template;
  const outside = namedIn(resource).filter((id) => id in nested);
  const on = [...[resource.DependsOn ?? []].flat(), ...outside].flatMap((id: string) =>
    id in nested ? Object.keys((nested[id] as Template).Resources).map((inner) => `${id}/${inner}`) : [id],
  );
  return { ...(withOutputs(resource, template) as Settings), DependsOn: [...new Set(on)] };
}

function withOutputs(value: unknown, template: Template): unknown {
  const inside = (one: unknown): unknown => withOutputs(one, template);
  return mapped(value, inside, (name, of) => {
    const inner = name === 'Fn::GetAtt' ? template.nested?.[of[0]] : undefined;
    if (inner === undefined) return undefined;
    const output = inner.Outputs?.[String(of[1]).replace(/^Outputs\./, '')];
    if (output === undefined) throw new Error(`${of[0]} has no output ${of[1]}.`);
    const { Parameters = {} } = template.Resources[of[0]]?.Properties ?? {};
    return inside(renamed(output.Value, Parameters, (id) => `${of[0]}/${id}`));
  });
}

/** A value with its functions as `call` has them; `undefined` leaves one as it is. */
function mapped(
  value: unknown,
  inside: (value: unknown) => unknown,
  // biome-ignore lint/suspicious/noExplicitAny: what a function takes depends on its name
  call: (name: string, of: any) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map(inside);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name = '', of] = []] = entries;
  const called = entries.length === 1 ? call(name, of) : undefined;
  return called ?? Object.fromEntries(entries.map(([key, inner]) => [key, inside(inner)]));
}

/** Logical ids that a value refers to. */
function namedIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(namedIn);
  return Object.entries(value).flatMap(([name, of]) => {
    if (name === 'Ref') return of.startsWith('AWS::') ? [] : [of];
    return name === 'Fn::GetAtt' ? [of[0]] : namedIn(of);
  });
}
