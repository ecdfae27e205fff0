import type { Dispatchers } from '../http/dispatchers.ts';
import type { Documents } from '../http/documents.ts';
import { asFailure, RegistryTrouble } from '../http/trouble.ts';
import type { Answer, AskOptions, Registry } from '../registry.ts';
import type { NpmSettings } from '../settings/npm-settings.ts';
import { type NpmPackage, readPackument } from './packument.ts';

const abbreviated = 'application/vnd.npm.install-v1+json';
const full = 'application/json';

/** npm's registry, or the one that the operator's npm has for the scope of a package. */
export function npmRegistry(settings: NpmSettings, documents: Documents, network: Dispatchers): Registry {
  const get = (name: string, accept: string) => {
    const registry = settings.registryOf(name);
    return documents.get<NpmPackage>({
      url: new URL(name.replace('/', '%2f'), registry),
      headers: { accept: accept === full ? full : `${abbreviated}; q=1.0, ${full}; q=0.8` },
      way: async () => {
        const dispatcher = await network.for(settings.transport);
        return (url) => {
          const authorization = settings.authorization(url);
          return { dispatcher, ...(authorization === undefined ? {} : { authorization }) };
        };
      },
      parse: ({ body }) => readPackument(name, registry, body.toString('utf8')),
    });
  };
  return {
    kind: 'npm',
    ask: async (name: string, { dates = false }: AskOptions = {}): Promise<Answer> => {
      const registry = settings.registryOf(name).href;
      try {
        const { value, asOf } = await get(name, dates ? full : abbreviated);
        if (value === undefined) return { state: 'absent', registry, asOf };
        return { state: 'found', package: value.info, asOf };
      } catch (error) {
        if (!(error instanceof RegistryTrouble)) throw error;
        return { state: 'unknown', registry, why: asFailure(error) };
      }
    },
    requirements: async (name, version) => {
      try {
        return (await get(name, abbreviated)).value?.requirements[version];
      } catch (error) {
        if (error instanceof RegistryTrouble) return undefined;
        throw error;
      }
    },
  };
}
