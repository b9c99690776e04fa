/** Updates in place, there and back, as the services' own APIs see them. */
import type { Cloud, Properties, ResourceText } from './cloudformation-kit';

type Ids = Readonly<Record<string, string>>;

export interface InPlace {
  readonly type: string;
  readonly before: Properties;
  readonly after: Properties;
  /** Attributes of the resource beside its properties. */
  readonly more?: object;
  /** What the service's API says of it. */
  readonly read: (cloud: Cloud, id: string, ids: Ids) => Promise<unknown>;
  readonly was: unknown;
  readonly becomes: unknown;
}

/** What rows of a table stand on, and the rows, by logical id. */
export interface Table {
  readonly beside: Readonly<Record<string, ResourceText>>;
  readonly rows: Readonly<Record<string, InPlace>>;
}

export const tags = (values: Record<string, string>) =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

export const pairs = (all: readonly { Key?: string; Value?: string }[] = []) =>
  Object.fromEntries(all.map(({ Key, Value }) => [Key, Value]));

/** Tags before and after: one is changed, one removed, one added. */
export const old = { kept: '1', gone: '2' };
export const fresh = { kept: '3', added: '4' };
export const before = { Tags: tags(old) };
export const after = { Tags: tags(fresh) };

/** Properties that stay. */
export const both = (same: Properties, was: Properties, becomes: Properties) => ({
  before: { ...same, ...was },
  after: { ...same, ...becomes },
});
