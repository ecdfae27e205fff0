import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import { label } from '../stack/labels.ts';
import { componentNames } from '../workspace/server.ts';
import { type DeploymentContext, serverLabels, serverNames } from './context.ts';
import { observe } from './observe.ts';

export type LogSelection = {
  /** Containers to read, of the revision that serves (or of any that has some) and of gateway and queue. */
  readonly containers: readonly ContainerState[];
  /** What the newest revision wrote before it was taken back, when it came after the one that serves. */
  readonly kept?: {
    readonly revision: number;
    readonly logs: readonly { readonly service: string; readonly text: string }[];
  };
};

/**
 * Which logs `openimis logs <server> [component]` shows.
 * @throws Failure USAGE for a component that the server does not have, NOT_DEPLOYED when there is nothing to read
 */
export async function selectLogs(context: DeploymentContext, component?: string): Promise<LogSelection> {
  const { server } = context;
  const known = [...componentNames.filter((name) => server.components[name] !== undefined), 'rabbitmq', 'gateway'];
  if (component !== undefined && !known.includes(component))
    throw new Failure('USAGE', `server ${server.name} has no component ${JSON.stringify(component.slice(0, 64))}`, [
      `it has ${known.join(', ')}`,
    ]);
  const observation = await observe(context);
  const { serving, revisions, gateway, rabbitmq, history = [] } = observation;
  const current = revisions.find(({ revision }) => revision === serving) ?? revisions.at(-1);
  const containers = [gateway, rabbitmq, ...(current?.containers ?? [])]
    .filter((container) => container !== undefined)
    .filter(({ labels }) => component === undefined || labels[label.component] === component);
  const newest = history.at(-1);
  const failed = newest?.outcome !== undefined && newest.outcome.status !== 'serving' ? newest.revision : undefined;
  const logs = failed === undefined ? [] : await keptLogs(context, gateway?.image, failed, component);
  if (containers.length === 0 && logs.length === 0)
    throw new Failure(
      'NOT_DEPLOYED',
      `nothing of server ${server.name} ${component === undefined ? '' : `(${component}) `}is on the engine`,
      [`openimis deploy ${server.name}`],
    );
  return { containers, ...(failed === undefined || logs.length === 0 ? {} : { kept: { revision: failed, logs } }) };
}

async function keptLogs(
  context: DeploymentContext,
  image: string | undefined,
  revision: number,
  component: string | undefined,
): Promise<readonly { readonly service: string; readonly text: string }[]> {
  if (image === undefined) return [];
  const files = await context.engine.readVolume(serverNames(context).state, image, serverLabels(context));
  return files.flatMap(({ path, content }) => {
    const [, service] = new RegExp(`^r${revision}/logs/([a-z]+)\\.log$`).exec(path) ?? [];
    return service === undefined || (component !== undefined && service !== component)
      ? []
      : [{ service, text: content }];
  });
}
