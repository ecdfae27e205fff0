import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A listening TCP socket of a box. */
export type Listener = { readonly address: string; readonly port: number; readonly inode: string };

/** Parses /proc/net/tcp or tcp6 (proc(5)): addresses are hexadecimal words in the byte order of the machine; 0A = LISTEN. */
export function parseListeners(table: string): readonly Listener[] {
  const listeners: Listener[] = [];
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address, port] = local?.split(':') ?? [];
    if (state !== '0A' || address === undefined || port === undefined || inode === undefined) continue;
    listeners.push({ address: addressOf(address), port: Number.parseInt(port, 16), inode });
  }
  return listeners;
}

/** Little-endian words, as on every architecture that the engine runs on. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  const values = bytes.map((byte) => Number.parseInt(byte, 16));
  if (values.length === 4) return values.join('.');
  if (values.every((value) => value === 0)) return '::';
  const mapped = values.slice(0, 10).every((value) => value === 0) && values[10] === 255 && values[11] === 255;
  if (mapped) return values.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[2 * index]}${bytes[2 * index + 1]}`);
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Names of the processes that hold these sockets; without root only one's own can be seen. */
export async function holders(inodes: ReadonlySet<string>, proc = '/proc'): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  for (const pid of (await readdir(proc)).filter((name) => /^\d+$/.test(name))) {
    if (found.size === inodes.size) break;
    const folder = join(proc, pid, 'fd');
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const target = await readlink(join(folder, descriptor)).catch(() => '');
      if (!wanted.has(target)) continue;
      const name = (await readFile(join(proc, pid, 'comm'), 'utf8').catch(() => 'unknown')).trim();
      found.set(target.slice('socket:['.length, -1), `process ${name} (pid ${pid})`);
    }
  }
  return found;
}
