import { Failure } from '../failure.ts';
import type { Ecosystem, ResolveWish, Workshop } from '../images/ecosystem.ts';
import { type MissingVersion, missingVersions } from '../images/missing-versions.ts';
import type { LockedComponent } from '../modules/lock/lock.ts';
import { openRegistries } from '../modules/registries/open-registries.ts';

type Consent = { readonly allowGit: boolean; readonly signal: AbortSignal; readonly note: (text: string) => void };

/**
 * Resolves; when that is impossible because versions are on no registry, says which are, what is near, and which git tag has
 * them. With the consent of `--allow-git` these tags are taken.
 */
export async function resolveOrFallBack(
  world: Ecosystem,
  wish: ResolveWish,
  workshop: Workshop,
  { allowGit, signal, note }: Consent,
): Promise<LockedComponent> {
  try {
    return await world.resolve(wish, workshop);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'LOCK_IMPOSSIBLE') throw error;
    const registries = await openRegistries({ signal });
    const missing = await missingVersions(wish.component, [...wish.modules, ...wish.extra], registries).finally(() =>
      registries.close(),
    );
    if (missing.length === 0) throw error;
    if (!allowGit || missing.some(({ tag }) => tag === undefined)) throw impossible(missing, error);
    for (const { package: name, tag } of missing)
      note(`${name}: ${tag!.ref} of ${tag!.url}, because no registry has it`);
    return world.resolve({ ...wish, modules: wish.modules.map((one) => fromGit(one, missing)) }, workshop);
  }
}

function fromGit(module: ResolveWish['modules'][number], missing: readonly MissingVersion[]): typeof module {
  const tag = missing.find((one) => one.package === module.package)?.tag;
  return tag === undefined ? module : { ...module, source: { kind: 'git', ...tag } };
}

function impossible(missing: readonly MissingVersion[], cause: Failure): Failure {
  const lines = missing.map(({ package: name, version, nearest, tag }) => {
    const near = nearest.length === 0 ? 'it has no version at all' : `it has ${nearest.join(', ')}`;
    return `${name} ${version} is not on its registry; ${near}${tag === undefined ? '' : `; there is the git tag ${tag.ref} of ${tag.url}`}`;
  });
  return new Failure(
    'LOCK_IMPOSSIBLE',
    lines.join('\n'),
    missing.every(({ tag }) => tag !== undefined)
      ? ['--allow-git takes these tags instead, as commits']
      : ['openimis versions pin SERVER MODULE=VERSION'],
    { cause },
  );
}
