import { inspectDatabase } from '../../legacy/inspect-database.ts';
import { sourceAddress } from '../../legacy/reach.ts';
import type { Probe } from '../facts.ts';

/** Published with the legacy and with upstream's Compose files (domain.md sections 2 and 5). */
const publishedPasswords = ['IMISuserP@s', 'IMISuser@1234', 'admin123', 'imis'];

export const database: Probe<'database'> = {
  title: 'ask SQL Server',
  // The way there and the login, then the questions.
  patience: ({ timeout }) => 2 * timeout + 1,
  look: async (world, use) => {
    const { database: settings } = await use('server');
    const password = world.secrets.DATABASE_PASSWORD;
    const { host, port, name, user, encryption } = settings;
    const [inspection, from] = await Promise.all([
      inspectDatabase({
        ...{ host, port, name, user, encryption, timeout: world.timeout },
        ...(password === undefined || password === '' ? {} : { password }),
        ...(world.browserPort === undefined ? {} : { browserPort: world.browserPort }),
      }),
      sourceAddress(host, world.timeout),
    ]);
    return {
      ...inspection,
      settings,
      ...(from === undefined ? {} : { from }),
      where: `${host.includes(':') ? `[${host}]` : host}:${port}`,
      publishedPassword: password !== undefined && publishedPasswords.includes(password),
    };
  },
};
