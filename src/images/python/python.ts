import type { Ecosystem } from '../ecosystem.ts';
import { estimateOf } from '../estimate.ts';
import { buildPython, pythonImage } from './build.ts';
import { installedPython } from './installed.ts';
import { resolvePython } from './resolve.ts';
import { tryPython } from './trial.ts';

/** Measured: a downloaded wheel becomes about five times as much on the disk (unpacked, compiled, and once in the cache). */
const growth = 5;

/** backend and ibackend: PyPI and git, resolved by uv. */
export const python: Ecosystem = {
  resolve: resolvePython,
  tag: async (locked, wish, workshop) => (await pythonImage(locked, wish, workshop)).tag,
  build: buildPython,
  estimate: (locked) => estimateOf(locked, growth),
  installed: installedPython,
  try: tryPython,
};
