/** A stack as Terraform sees it, by addresses without cdktf's hash. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, TerraformStack, Testing } from 'cdktf';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import type { Stage } from '../../../constructs/blueprint/schema';
import { stackOf } from '../../../stacks/cdktf/stacks';
import { blueprintAt } from './blueprints';

// biome-ignore lint/suspicious/noExplicitAny: what is in a resource depends on its type
export type Settings = Record<string, any>;

interface Configuration {
  readonly terraform: Settings;
  readonly provider: Settings;
  readonly output?: Record<string, Settings>;
  readonly resource?: Record<string, Record<string, Settings>>;
  readonly data?: Settings;
}

const HASH = /_[0-9A-F]{8}$/;
const withoutHash = (address: string): string => address.replace(HASH, '');

export class Synthesized {
  readonly configuration: Configuration;
  /** With the hash: what the state knows. */
  readonly addresses: readonly string[];

  constructor(readonly text: string) {
    this.configuration = JSON.parse(text);
    this.addresses = Object.entries(this.configuration.resource ?? {})
      .flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`))
      .toSorted();
  }

  /** How many resources of each type. */
  get counts(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.configuration.resource ?? {}).map(([type, byName]) => [
        type,
        Object.keys(byName).length,
      ]),
    );
  }

  /** Resources of a type, by name without hash. */
  all(type: string): Record<string, Settings> {
    const byName = this.configuration.resource?.[type] ?? {};
    return Object.fromEntries(
      Object.entries(byName).map(([name, settings]) => [withoutHash(name), settings]),
    );
  }

  one(address: string): Settings {
    const [type = '', name = ''] = address.split('.');
    const settings = this.all(type)[name];
    if (settings === undefined)
      throw new Error(`No ${address}; there are: ${Object.keys(this.all(type)).join(', ')}`);
    return settings;
  }

  /** What a resource waits for, beside what it refers to. */
  waitsFor(address: string): string[] {
    return ((this.one(address).depends_on ?? []) as string[]).map(withoutHash).toSorted();
  }

  createdBeforeDestroyed(): string[] {
    return this.addresses
      .map(withoutHash)
      .filter((address) => this.one(address).lifecycle?.create_before_destroy === true);
  }
}

/** cdktf makes the folder that it would write into. */
const outdir = mkdtempSync(path.join(tmpdir(), 'stagecraft-synth-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

export const newApp = (): App => new App({ outdir, stackTraces: false });

/** A blueprint as the stack of its stage. */
export function stackAt(blueprint: Blueprint): TerraformStack {
  const workingFolder = path.join(outdir, 'stacks', blueprint.environment);
  return new stackOf[blueprint.stage](newApp(), { blueprint, root: outdir, workingFolder });
}

export const synthesized = (blueprint: Blueprint): Synthesized =>
  new Synthesized(Testing.synth(stackAt(blueprint)));

const atStage = new Map<Stage, Synthesized>();

/** The blueprint of `blueprints.ts` at a stage. */
export function synthesizedAt(stage: Stage): Synthesized {
  const stack = atStage.get(stage) ?? synthesized(blueprintAt(stage));
  atStage.set(stage, stack);
  return stack;
}

/** Constructs in a stack of one's own. */
export function synthesizedIn(build: (stack: TerraformStack) => void): Synthesized {
  const stack = new TerraformStack(newApp(), 'own');
  build(stack);
  return new Synthesized(Testing.synth(stack));
}
