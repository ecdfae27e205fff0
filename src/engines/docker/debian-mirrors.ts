import { runProgram } from './program.ts';

/** Where this machine gets Debian from. */
export type Mirrors = { readonly main: string; readonly security: string };

const official: Mirrors = {
  main: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
};

/** The mirrors that apt is configured with here (none on Ubuntu and elsewhere: Debian's own). */
export async function debianMirrors(env: Readonly<Record<string, string>>): Promise<Mirrors> {
  const targets = await runProgram(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'],
    { env, timeout: 30 },
  );
  return targets.code === 0 ? parseMirrors(targets.stdout) : official;
}

/** Lines `<repository URI> <release>`; Debian's repositories end in /debian and /debian-security by convention. */
export function parseMirrors(targets: string): Mirrors {
  const uris = targets
    .split('\n')
    .map((line) => line.split(' ')[0]?.replace(/\/+$/, '') ?? '')
    .filter((uri) => /^https?:\/\/[^\s'"]+$/.test(uri));
  return {
    main: uris.find((uri) => uri.endsWith('/debian')) ?? official.main,
    security: uris.find((uri) => uri.endsWith('/debian-security')) ?? official.security,
  };
}
