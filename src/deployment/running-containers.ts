import type { ContainerState } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import { label } from '../stack/labels.ts';
import { type ComponentName, componentNames } from '../workspace/server.ts';
import type { DeploymentContext } from './context.ts';
import { observe } from './observe.ts';

export type RunningComponent = {
  readonly component: ComponentName;
  readonly revision: number;
  /** One of its running containers: all of a component have one image. */
  readonly container: ContainerState;
};

/** The application containers that people reach now. Throws NOT_DEPLOYED when there are none. */
export async function runningComponents(context: DeploymentContext): Promise<readonly RunningComponent[]> {
  const { serving, revisions } = await observe(context);
  const current = revisions.find(({ revision }) => revision === serving);
  const running = (current?.containers ?? []).filter(({ state }) => state === 'running');
  const found = componentNames.flatMap((component) => {
    const container = running.find(({ labels }) => labels[label.component] === component);
    return container === undefined ? [] : [{ component, revision: current!.revision, container }];
  });
  if (found.length > 0) return found;
  throw new Failure('NOT_DEPLOYED', `no application of server ${context.server.name} runs on the engine`, [
    `openimis status ${context.server.name}`,
    `openimis deploy ${context.server.name}`,
  ]);
}
