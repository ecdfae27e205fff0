import { statfs } from 'node:fs/promises';

import { Failure } from '../../failure.ts';
import type { Api } from './api.ts';
import { diagnose } from './failures.ts';

/** DISK_FULL with the numbers of the file system that holds images and volumes (of a remote engine: without). */
export async function spaceLeft(api: Api, text: string): Promise<Failure> {
  const plain = diagnose(text, api.where) ?? new Failure('DISK_FULL', 'no space left on device');
  if (api.where.remote) return plain;
  try {
    const { DockerRootDir: folder } = (await api.ask('ask for its folder', () => api.docker.info())) as {
      readonly DockerRootDir: string;
    };
    const space = await statfs(folder);
    const gigabytes = (blocks: number): string => ((blocks * space.bsize) / 1e9).toFixed(1);
    const numbers = `${gigabytes(space.bavail)} GB of ${gigabytes(space.blocks)} GB are free where ${folder} is`;
    return new Failure('DISK_FULL', `${plain.message}: ${numbers}`, plain.hints, { cause: plain.cause });
  } catch {
    return plain;
  }
}
