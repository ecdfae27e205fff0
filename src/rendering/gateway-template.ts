import { Eta } from 'eta';

const eta = new Eta({ autoEscape: false, useWith: false });

/** Fills one `.eta` template. A name that `values` does not have is an error, never an empty text. */
export function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  const strict = new Proxy(values, {
    get(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name))
        throw new Error(`template value ${name} is unknown`);
      return Reflect.get(target, name) as unknown;
    },
  });
  return eta.renderString(template, strict);
}
