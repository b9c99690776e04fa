/** Some of the Lua, as files beside the configuration: what nothing asks for goes into no task definition. */
import { lua } from './program';

export const luaOf = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => {
      const text = lua[name];
      if (text === undefined) throw new Error(`There is no ${name}`);
      return [name, text];
    }),
  );
