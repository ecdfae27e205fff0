import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Pair = { readonly certificate: string; readonly key: string };

/** A small authority of its own: root, intermediate, and whatever it is asked to sign. Made by openssl. */
export type Authority = {
  readonly root: Pair;
  readonly intermediate: Pair;
  readonly issue: (name: string, options?: { readonly rsa?: boolean }) => Promise<Pair>;
  /** Signs a request (PEM) as it is, with its names. */
  readonly sign: (csr: string) => Promise<string>;
  /** PKCS#12; `old` as Windows Server 2012 writes it. */
  readonly pfx: (pair: Pair, chain: readonly string[], password: string, old?: boolean) => Promise<Buffer>;
  readonly encrypted: (key: string, password: string) => Promise<string>;
  readonly close: () => Promise<void>;
};

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

export async function openAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-authority-'));
  let number = 0;
  const at = (name: string): string => join(folder, name);
  const openssl = async (...argv: readonly string[]): Promise<void> => void (await run('openssl', [...argv]));
  const read = async (name: string): Promise<Pair> => ({
    certificate: await readFile(at(`${name}.pem`), 'utf8'),
    key: await readFile(at(`${name}.key`), 'utf8'),
  });
  const make = async (name: string, subject: string, ...more: readonly string[]): Promise<Pair> => {
    await openssl(
      'req',
      '-x509',
      '-noenc',
      '-subj',
      subject,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
      ...more,
    );
    return read(name);
  };
  const ca = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  const by = (name: string): readonly string[] => ['-CA', at(`${name}.pem`), '-CAkey', at(`${name}.key`)];
  const root = await make('root', '/O=Ministry/CN=Root', ...elliptic, '-days', '30', ...ca);
  const intermediate = await make('middle', '/O=Ministry/CN=Issuing', ...elliptic, '-days', '30', ...ca, ...by('root'));
  return {
    root,
    intermediate,
    issue: async (name, { rsa = false } = {}) =>
      make(
        `leaf-${++number}`,
        `/CN=${name}`,
        ...(rsa ? ['-newkey', 'rsa:2048'] : elliptic),
        '-days',
        '20',
        ...['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
        ...by('middle'),
      ),
    sign: async (csr) => {
      await writeFile(at('request.csr'), csr);
      await openssl(
        ...['x509', '-req', '-in', at('request.csr'), '-copy_extensions', 'copy', '-days', '20', ...by('middle')],
        ...['-out', at('answer.pem')],
      );
      return readFile(at('answer.pem'), 'utf8');
    },
    pfx: async (pair, chain, password, old = false) => {
      await writeFile(at('export.pem'), `${pair.key}\n${pair.certificate}\n${chain.join('\n')}`);
      await writeFile(at('export.word'), password);
      await openssl(
        ...['pkcs12', '-export', '-in', at('export.pem'), '-out', at('export.pfx')],
        ...['-passout', `file:${at('export.word')}`, ...(old ? ['-legacy'] : [])],
      );
      return readFile(at('export.pfx'));
    },
    encrypted: async (key, password) => {
      await writeFile(at('plain.key'), key);
      await writeFile(at('plain.word'), password);
      await openssl(
        'pkcs8',
        '-topk8',
        '-in',
        at('plain.key'),
        '-out',
        at('sealed.key'),
        '-passout',
        `file:${at('plain.word')}`,
      );
      return readFile(at('sealed.key'), 'utf8');
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
