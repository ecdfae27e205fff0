import { Failure } from '../failure.ts';
import { moduleName, pinComponents, type PinSet } from '../modules/pin-set.ts';
import { releaseNames } from '../modules/release-names.ts';
import { packagesOf, type WhyPackage, whyPackage } from '../modules/why/why-module.ts';
import { nearest } from '../workspace/nearest.ts';
import { serverNames } from '../workspace/parse.ts';
import { askRegistries } from './ask-registries.ts';
import type { CommandRequest } from './base-command.ts';
import { pinSetOf, pinSources } from './pin-sets.ts';
import type { RegistryFlags } from './registry-flags.ts';

export type Why = { readonly module: string; readonly packages: readonly WhyPackage[] };

/** Which servers and releases use a module, what it requires, and what requires it. Works without a workspace. */
export async function why(word: string, request: CommandRequest<RegistryFlags>): Promise<Why> {
  const sources = pinSources(request.folder);
  const servers = await serverSets(sources);
  const releases = await Promise.all(releaseNames.map((name) => pinSetOf(name, sources)));
  const sets = [...servers, ...releases];
  const packages = packagesOf(word, sets);
  if (packages.length === 0) throw unknown(word, sets);
  // Without a server that has it, the newest release that does answers for what it requires.
  const has = (set: PinSet): boolean => packagesOf(word, [set]).length > 0;
  const asked = servers.some(has) ? servers.filter(has) : releases.filter(has).slice(-1);
  const found = await askRegistries(request, (registries) =>
    Promise.all(packages.map((one) => whyPackage(one, sets, asked, registries))),
  );
  return { module: word, packages: found };
}

async function serverSets(sources: ReturnType<typeof pinSources>): Promise<readonly PinSet[]> {
  try {
    const { config } = await sources.workspace();
    return await Promise.all(serverNames(config).map((name) => pinSetOf(name, sources)));
  } catch (error) {
    if (error instanceof Failure && error.code === 'WORKSPACE_MISSING') return [];
    throw error;
  }
}

function unknown(word: string, sets: readonly PinSet[]): Failure {
  const known = new Set(
    sets.flatMap((set) =>
      pinComponents.flatMap((component) =>
        (set.components[component] ?? []).map((pin) => moduleName(component, pin.package)),
      ),
    ),
  );
  const near = nearest(word, [...known]);
  const shown = JSON.stringify(word.slice(0, 80));
  return new Failure(
    'USAGE',
    `no server and no release has a module ${shown}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    ['openimis versions list SERVER'],
  );
}
