import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type KeyPair = { readonly key: string; readonly cert: string };

const configuration = `[ca]
default_ca = here
[here]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
`;

/** Makes certificates with the openssl program in a folder of its own. */
export function makeCertificates(): {
  /** Signed by itself, without a list of names. */
  readonly selfSigned: (name: string) => KeyPair;
  /** The same, run out years ago. */
  readonly expired: (name: string) => KeyPair;
  /** Signed by an authority that nobody else knows. */
  readonly issued: (name: string) => KeyPair;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'openimis-certificates-'));
  const openssl = (line: string, ...rest: readonly string[]): void =>
    void execFileSync('openssl', [...line.split(' '), ...rest], { cwd: folder, stdio: 'pipe' });
  const pair = (): KeyPair => ({
    key: readFileSync(join(folder, 'x.key'), 'utf8'),
    cert: readFileSync(join(folder, 'x.crt'), 'utf8'),
  });
  const request = (name: string): void =>
    openssl(
      'req -newkey rsa:2048 -noenc -keyout x.key -out x.csr',
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
    );
  for (const [file, text] of Object.entries({ 'ca.cnf': configuration, 'index.txt': '', serial: '01\n' }))
    writeFileSync(join(folder, file), text);
  openssl('req -x509 -newkey rsa:2048 -noenc -days 30 -keyout ca.key -out ca.crt', '-subj', '/CN=A Ministry');
  return {
    selfSigned: (name) => {
      openssl('req -x509 -newkey rsa:2048 -noenc -days 30 -keyout x.key -out x.crt', '-subj', `/CN=${name}`);
      return pair();
    },
    expired: (name) => {
      request(name);
      openssl(
        'ca -batch -notext -config ca.cnf -selfsign -keyfile x.key -in x.csr -startdate 200101000000Z -enddate 210101000000Z -out x.crt',
      );
      return pair();
    },
    issued: (name) => {
      request(name);
      openssl('x509 -req -in x.csr -CA ca.crt -CAkey ca.key -copy_extensions copy -days 30 -out x.crt');
      return pair();
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
