import { archiveFile } from '../assembly.ts';
import type { AssemblySource } from '../ecosystem.ts';

/** Where a step of a build finds the assembly. */
export function assemblyRequest(source: AssemblySource): Readonly<Record<string, string>> {
  switch (source.kind) {
    case 'git':
      return {
        git: source.url,
        ...(source.ref === undefined ? {} : { ref: source.ref }),
        ...(source.commit === undefined ? {} : { commit: source.commit }),
      };
    case 'folder':
      return {};
    case 'archive':
      return source.written === undefined
        ? { archive: source.archive }
        : { file: `/work/assembly/${archiveFile(source.archive)}` };
  }
}
