import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate signed by itself, and its key, both PEM. */
export function selfSigned(name: string, days = 30): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'openimis-certificate-'));
  try {
    const argv = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-days',
      String(days),
    ];
    const files = ['-subj', `/CN=${name}`, '-keyout', 'key', '-out', 'cert'];
    execFileSync('openssl', [...argv, ...files], { cwd: folder, stdio: 'pipe' });
    return { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
