import type { Running } from '../listening.ts';
import { choice, keyPair, secret, SettingError, text, wholeNumber, yes, type Environment } from '../settings.ts';
import { legacyUsers } from './options.ts';
import { startLegacySite } from './start-legacy-site.ts';
import { legacyVersions } from './versions.ts';

/** The stand-in legacy site as a process; its variables begin with LEGACY_ (see the return of `settings`). */
export async function runLegacySite(env: Environment): Promise<Running> {
  const password = secret(env, 'LEGACY_PASSWORD');
  if (password !== undefined && (password.length < 1 || password.length > 25))
    throw new SettingError('LEGACY_PASSWORD must have 1 to 25 characters: the login form takes no more');
  const controlPath = text(env, 'LEGACY_CONTROL_PATH');
  if (controlPath !== undefined && !/^\/[0-9a-zA-Z-]{32,}$/.test(controlPath))
    throw new SettingError('LEGACY_CONTROL_PATH must be / and at least 32 letters and digits that nobody can guess');
  const tls = keyPair(env, 'LEGACY');
  const virtualDirectory = text(env, 'LEGACY_VIRTUAL_DIRECTORY');
  const hostNames = text(env, 'LEGACY_HOST_NAMES')?.split(',');
  const modularGqlSource = text(env, 'LEGACY_MODULAR_GQL_SOURCE');
  const version = choice(env, 'LEGACY_VERSION', legacyVersions, '1.7.0');
  const site = await startLegacySite({
    version,
    host: text(env, 'LEGACY_HOST') ?? '0.0.0.0',
    port: wholeNumber(env, 'LEGACY_PORT', 8080),
    users: legacyUsers(password),
    autoId: yes(env, 'LEGACY_AUTO_ID'),
    demo: yes(env, 'LEGACY_DEMO'),
    idleTimeout: wholeNumber(env, 'LEGACY_IDLE_TIMEOUT', 1200, 86_400),
    ...(virtualDirectory === undefined ? {} : { virtualDirectory }),
    ...(hostNames === undefined ? {} : { hostNames }),
    ...(modularGqlSource === undefined ? {} : { modularGqlSource }),
    ...(controlPath === undefined ? {} : { controlPath }),
    ...(tls === undefined ? {} : { tls }),
  });
  return { describe: `legacy web site ${version} at ${site.url}`, close: () => site.close() };
}
