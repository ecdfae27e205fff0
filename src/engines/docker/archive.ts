import type { Readable } from 'node:stream';

import { extract, pack } from 'tar-stream';

import type { RenderedFile } from '../../rendering/rendered.ts';
import { Failure } from '../../failure.ts';

export type OwnedFile = RenderedFile & { readonly uid?: number };

/** Bytes; more than this in a folder that we read back is not ours. */
const largest = 64 * 1024 * 1024;

/** Relative paths without `..`, so that an archive never leaves its folder. */
export function checkedPath(path: string): string {
  const parts = path.split('/');
  if (
    path === '' ||
    path.startsWith('/') ||
    path.includes('\0') ||
    parts.some((part) => ['', '.', '..'].includes(part))
  )
    throw new Error(`not a relative path: ${JSON.stringify(path)}`);
  return path;
}

/** Every folder that the files need, parents first: `a`, `a/b` for `a/b/c`. */
export function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
  }
  return [...folders].sort();
}

/** A tar of new folders (0755) and files (default 0644, owner root). */
export async function packFiles(
  folders: readonly { readonly path: string; readonly uid: number }[],
  files: readonly OwnedFile[],
): Promise<Buffer> {
  const archive = pack();
  const mtime = new Date();
  for (const { path, uid } of folders)
    archive.entry({ name: checkedPath(path), type: 'directory', mode: 0o755, uid, gid: uid, mtime });
  for (const file of files) {
    const uid = file.uid ?? 0;
    archive.entry({ name: checkedPath(file.path), mode: file.mode ?? 0o644, uid, gid: uid, mtime }, file.content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Text files of a tar, without the name of its top folder; a tar of one file has no such folder. */
export async function unpackFiles(archive: NodeJS.ReadableStream): Promise<readonly RenderedFile[]> {
  const files: RenderedFile[] = [];
  let size = 0;
  for await (const entry of (archive as Readable).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largest) throw new Failure('BUG', `a folder of the engine holds more than ${largest} bytes`);
      chunks.push(chunk);
    }
    const [top = '', ...below] = entry.header.name.split('/');
    const path = below.length === 0 ? top : below.join('/');
    if (entry.header.type === 'file' && path !== '')
      files.push({
        path,
        content: Buffer.concat(chunks).toString('utf8'),
        mode: (entry.header.mode ?? 0o644) & 0o7777,
      });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
