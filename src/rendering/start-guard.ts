import { Failure } from '../failure.ts';
import type { Service } from '../stack/stack.ts';

/** Words of upstream's entrypoint that migrate the national database before they serve (be: script/entrypoint.sh). */
const migrating = /^(start|start_asgi|start_wsgi)$/;

/** Components that run upstream's images, whatever reference was given for them. */
const fromUpstream: readonly Service['component'][] = ['frontend', 'backend', 'ibackend', 'worker'];

/**
 * Throws BUG for a service that has no health check, or that would run upstream's `start`: as a word of its command, inside
 * a shell text, or because the image's own entrypoint or command would decide.
 */
export function guardService(service: Service): void {
  const { name, health, component, entrypoint, command, environment } = service;
  if (health.test.length === 0 || health.test[0] === 'NONE')
    throw new Failure('BUG', `${name} has no health check: a crash loop would look healthy`);
  if (!fromUpstream.includes(component)) return;
  if (entrypoint === undefined || entrypoint.length === 0 || command === undefined || command.length === 0)
    throw new Failure('BUG', `${name} leaves its command to the image, which may migrate the database`);
  const words = [...entrypoint, ...command].flatMap((argument) => argument.split(/[^\w./-]+/));
  const found = words.find((word) => migrating.test(word));
  if (found !== undefined)
    throw new Failure('BUG', `${name} would run upstream's ${found}, which migrates the database`);
  if (/^true$/i.test(environment['DJANGO_MIGRATE'] ?? ''))
    throw new Failure('BUG', `${name} sets DJANGO_MIGRATE, which makes an image migrate the database`);
}
