/**
 * A JSON Schema (2020-12), made ready for a gateway: all its schemas in one list, which name each other by number. What
 * one pass over a body can check is carried; a keyword that is not is refused by its name, never passed over.
 */
import { type Around, isObject, keywords, remarks, type SchemaNode, type Step } from './keywords';
import type { Machine } from './machine';

export interface CompiledSchema {
  /** The first is the schema itself. */
  readonly nodes: readonly SchemaNode[];
  readonly machines: readonly Machine[];
}

export interface SchemaProblem {
  readonly path: readonly Step[];
  readonly message: string;
}

const dialect = 'https://json-schema.org/draft/2020-12/schema';
const mostSchemas = 500;
const deepestSchema = 32;

/** Keywords that only the schema as a whole has. */
const rootKeywords = ['$schema', '$id', '$defs'];
const carried = [...Object.keys(keywords), '$ref', '$defs'].map((name) => `\`${name}\``).join(', ');

/** In place of a definition's name: the schema as a whole. */
const whole = '';

/** The name of the definition that a schema refers to; undefined when it does not, or to something else. */
function referred(schema: unknown): string | undefined {
  if (!isObject(schema)) return undefined;
  if (schema.$ref === '#') return whole;
  return /^#\/\$defs\/([A-Za-z0-9_.-]+)$/.exec(String(schema.$ref))?.[1];
}

/** Where a schema stands. */
interface Place {
  /** Keyword that says it. */
  readonly never?: string;
  /** Told the number before what is inside is read, as that may name it again. */
  readonly numbered?: (number: number) => void;
  /** Schemas around it. */
  readonly deep?: number;
}

class Compiler {
  readonly nodes: SchemaNode[] = [];
  readonly machines: Machine[] = [];
  readonly problems: SchemaProblem[] = [];
  private readonly definitions = new Map<string, unknown>();
  private readonly numbers = new Map<string, number>();

  constructor(private readonly whole: Readonly<Record<string, unknown>>) {
    const { $defs = {} } = whole;
    if (isObject($defs)) for (const [name, one] of Object.entries($defs)) this.definitions.set(name, one);
    else this.wrong(['$defs'], 'It must be an object of schemas.');
    if (whole.$schema !== undefined && whole.$schema !== dialect)
      this.wrong(['$schema'], `Schemas are read as ${dialect} says.`);
  }

  compile(): void {
    this.schema(this.whole, []);
    for (const name of this.definitions.keys()) this.definition(name);
  }

  private wrong(path: readonly Step[], message: string): void {
    this.problems.push({ path, message });
  }

  private add(node: SchemaNode): number {
    return this.nodes.push(node);
  }

  private definition(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    return this.schema(this.definitions.get(name), ['$defs', name], {
      never: '$ref',
      numbered: (number) => this.numbers.set(name, number),
    });
  }

  private schema(
    value: unknown,
    path: readonly Step[],
    { never = 'false', numbered = () => undefined, deep = 0 }: Place = {},
  ): number {
    if (value === true || value === false) {
      const number = this.add(value ? {} : { never });
      numbered(number);
      return number;
    }
    if (!isObject(value)) {
      this.wrong(path, 'A schema is an object, true or false.');
      return 0;
    }
    if ('$ref' in value) return this.reference(value, path);
    if (this.nodes.length === mostSchemas || deep > deepestSchema) {
      this.wrong(path, `Schemas end here: ${mostSchemas} in all, ${deepestSchema} one in another.`);
      return 0;
    }
    const number = this.add({});
    numbered(number);
    this.nodes[number - 1] = Object.assign(
      {},
      ...Object.entries(value).map(([name, said]) => this.keyword(name, said, path, deep)),
    );
    return number;
  }

  private keyword(name: string, said: unknown, path: readonly Step[], deep: number): SchemaNode {
    const here = [...path, name];
    if (path.length === 0 && rootKeywords.includes(name)) return {};
    const read = [keywords, remarks].find((all) => Object.hasOwn(all, name))?.[name];
    if (!read) {
      this.wrong(
        here,
        `The gateway does not check \`${name}\`, so it must not stand here. It checks ${carried}.`,
      );
      return {};
    }
    const around: Around = {
      wrong: (message, ...steps) => this.wrong([...here, ...steps], message),
      below: (schema, steps, never) => this.schema(schema, [...here, ...steps], { never, deep: deep + 1 }),
      machine: (machine) => this.machineNumber(machine),
    };
    return read(said, around);
  }

  private machineNumber(machine: Machine): number {
    const known = this.machines.indexOf(machine);
    return known < 0 ? this.machines.push(machine) : known + 1;
  }

  private reference(value: Readonly<Record<string, unknown>>, path: readonly Step[]): number {
    const beside = path.length === 0 ? rootKeywords : [];
    for (const name of Object.keys(value)) {
      if (name !== '$ref' && !beside.includes(name) && !Object.hasOwn(remarks, name))
        this.wrong(
          [...path, name],
          `\`${name}\` cannot stand beside \`$ref\`. Write it into what is referred to.`,
        );
    }
    const name = referred(value);
    if (name === undefined || (name !== whole && !this.definitions.has(name))) {
      const known = [...this.definitions.keys()].map((one) => `\`#/$defs/${one}\``);
      this.wrong([...path, '$ref'], `It must be one of ${['`#`', ...known].join(', ')}.`);
      return 0;
    }
    if (this.goesRound(name)) {
      this.wrong([...path, '$ref'], 'It refers to itself, with nothing in between.');
      return 0;
    }
    return name === whole ? 1 : this.definition(name);
  }

  /** Whether a schema is nothing but a reference to one that is ... itself again. */
  private goesRound(name: string, seen: readonly string[] = []): boolean {
    if (seen.includes(name)) return true;
    const next = referred(name === whole ? this.whole : this.definitions.get(name));
    return next !== undefined && this.goesRound(next, [...seen, name]);
  }
}

/** The schema made ready, or all that is wrong with it. */
export function compileSchema(schema: Readonly<Record<string, unknown>>): CompiledSchema | SchemaProblem[] {
  const compiler = new Compiler(schema);
  compiler.compile();
  const { nodes, machines, problems } = compiler;
  return problems.length > 0 ? problems : { nodes, machines };
}

/** What is wrong with a schema of the environment file; empty when nothing. */
export function schemaProblems(schema: Readonly<Record<string, unknown>>): readonly SchemaProblem[] {
  try {
    JSON.stringify(schema);
  } catch {
    return [{ path: [], message: 'It holds itself: an alias must not lead back to its anchor.' }];
  }
  const made = compileSchema(schema);
  return Array.isArray(made) ? made : [];
}
