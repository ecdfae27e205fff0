import type { RenderResult } from '../render-server.ts';

/** The list of files when they were written, their text otherwise. */
export function renderView({ output, files, server }: RenderResult): string {
  if (output === undefined)
    return files.map(({ path, content }) => `# ---- ${path}\n${content.trimEnd()}\n`).join('\n');
  return [`${files.length} files of server ${server} in ${output}`, ...files.map(({ path }) => `  ${path}`)].join('\n');
}
