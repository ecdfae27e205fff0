import type { Engine } from '../engines/engine.ts';

/** Opens the engine of DOCKER_HOST or the current context, and closes it whatever happens. */
export async function withEngine<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
  const { createDockerEngine } = await import('../engines/docker/docker-engine.ts');
  const engine = await createDockerEngine();
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
