import { notice } from './notice.ts';
import type { Running } from './listening.ts';
import { SettingError, type Environment } from './settings.ts';

/** One program serves every stand-in; each is configured by its environment. */
const roles: Readonly<Record<string, (env: Environment) => Promise<Running>>> = {
  'legacy-site': async (env) => (await import('./legacy-site/run-legacy-site.ts')).runLegacySite(env),
  'sql-server': async (env) => (await import('./sql-server/run-sql-server.ts')).runSqlServer(env),
  frontend: async (env) => (await import('./applications/start-frontend.ts')).runFrontend(env),
  backend: async (env) => (await import('./applications/start-backend.ts')).runBackend(env),
  worker: async (env) => (await import('./applications/start-worker.ts')).runWorker(env),
};

async function main(role: string): Promise<void> {
  const start = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (start === undefined) return fail(2, `the stand-ins are ${Object.keys(roles).join(', ')}; not "${role}"`);
  try {
    const running = await start(process.env);
    console.log(`${notice}\nstand-in: ${running.describe}`);
    let ending = false;
    const end = (): void => {
      // The second signal means "now".
      if (ending) process.exit(1);
      ending = true;
      running.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.on('SIGTERM', end);
    process.on('SIGINT', end);
    process.on('SIGQUIT', end);
  } catch (error) {
    fail(error instanceof SettingError ? 2 : 1, error instanceof Error ? error.message : 'unknown error');
  }
}

function fail(code: number, message: string): void {
  console.error(`stand-in: ${message}`);
  process.exit(code);
}

await main(process.argv[2] ?? '');
