import { Failure } from '../failure.ts';
import type { Labels } from '../engines/engine.ts';
import type { RenderedFile, RenderedProject } from '../rendering/rendered.ts';
import { type SecretName, secretNames, type Secrets } from '../workspace/server.ts';

const prefix = 'OPENIMIS_SECRET_';

/**
 * Environment through which Compose hands the secrets to the containers of a project.
 * @throws Failure SECRET_MISSING
 */
export function composeSecrets(project: RenderedProject, secrets: Secrets, server: string): Labels {
  return Object.fromEntries(
    project.secretVariables.map((variable) => {
      const name = secretNames.find((known) => `${prefix}${known}` === variable);
      if (name === undefined) throw new Error(`${project.name} wants an unknown secret ${variable}`);
      return [variable, requireSecret(secrets, name, server)];
    }),
  );
}

/** @throws Failure SECRET_MISSING */
export function requireSecret(secrets: Secrets, name: SecretName, server: string): string {
  const value = secrets[name];
  if (value === undefined || value === '')
    throw new Failure('SECRET_MISSING', `${name} is not in secrets/${server}.env`, [
      name.startsWith('DATABASE_')
        ? `openimis deploy ${server} asks for it on a terminal; --database-password-file reads it from a file`
        : 'secrets are never kept on the engine: get the secrets file from whoever deployed this server before',
    ]);
  return value;
}

/** uid of www-data, which the gateway runs as. */
export const gatewayUser = 33;

/** Files of the gateway's secrets volume (mode 0600); the TLS key and certificate are made inside the container. */
export function gatewaySecretFiles(
  secrets: Secrets,
  server: string,
): readonly (RenderedFile & { readonly uid: number })[] {
  const users = (secrets.API_USERS ?? '').split('|').filter((line) => line !== '');
  return [
    { path: 'signing-key', content: `${requireSecret(secrets, 'GATEWAY_SIGNING_KEY', server)}\n` },
    { path: 'identity-header', content: `${requireSecret(secrets, 'IDENTITY_HEADER', server)}\n` },
    { path: 'htpasswd', content: users.map((line) => `${line}\n`).join('') },
  ].map((file) => ({ ...file, mode: 0o600, uid: gatewayUser }));
}
