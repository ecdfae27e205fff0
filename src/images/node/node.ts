import type { LockedComponent } from '../../modules/lock/lock.ts';
import type { Ecosystem, Estimate } from '../ecosystem.ts';
import { buildNode, nodeImage } from './build.ts';
import { installedNode } from './installed.ts';
import { resolveNode, scriptsOf } from './resolve.ts';

/** Measured on the 1,945 packages of a frontend 1.4.1: 454 MB unpacked from 54 MB. */
const packing = 54 / 454;
/** Unpacked bytes of a package whose registry does not say: their average. */
const usual = 454e6 / 1945;

/** frontend: npm and git, resolved by npm. */
export const node: Ecosystem = {
  resolve: resolveNode,
  tag: async (locked, wish, workshop) => (await nodeImage(locked, wish, workshop)).tag,
  build: buildNode,
  estimate: estimateNode,
  remarks: scriptRemarks,
  installed: installedNode,
};

/** npm says how large a package is unpacked, not how large its file is; some registries say neither. */
function estimateNode({ packages }: LockedComponent): Estimate {
  const sizes = packages.flatMap(({ npm }) => {
    const size = npm?.['unpackedSize'];
    return typeof size === 'number' ? [size] : [];
  });
  const unknown = packages.length - sizes.length;
  const unpacked = Math.round(sizes.reduce((sum, size) => sum + size, 0) + unknown * usual);
  const download = Math.round(unpacked * packing);
  return { packages: packages.length, download, disk: unpacked + download, unknown };
}

/** Install scripts that nobody has seen yet and that do not run. */
function scriptRemarks({ packages, scripts = [] }: LockedComponent, before: LockedComponent | undefined) {
  const known = new Set([...scripts, ...scriptsOf(before?.packages ?? [])]);
  return scriptsOf(packages)
    .filter((name) => !known.has(name))
    .map((name) => `${name} has an install script, which does not run (--allow-script ${name} lets it)`);
}
