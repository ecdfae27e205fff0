import type { ContainerState, Engine } from '../engines/engine.ts';
import { label } from '../stack/labels.ts';
import { readSandboxState } from './sandbox-folder.ts';
import { sandboxName } from './sandbox-workspace.ts';
import { isSandboxProject } from './stand-in-project.ts';
import { sandboxUsers } from './stand-ins/sandbox-users.ts';

export type SandboxStatus = {
  readonly up: boolean;
  readonly folder: string;
  readonly legacyVersion?: string;
  readonly gateway?: string;
  readonly legacy?: string;
  readonly password?: string;
  readonly users: readonly { readonly name: string; readonly role: string }[];
  readonly containers: readonly Pick<ContainerState, 'name' | 'state' | 'health'>[];
};

/** What runs of the sandbox; looks only. */
export async function sandboxStatus(engine: Engine, folder: string): Promise<SandboxStatus> {
  const containers = (await engine.containers({ [label.sandbox]: 'true' })).filter(({ project }) =>
    isSandboxProject(project),
  );
  const state = await readSandboxState(folder);
  return {
    up: containers.some((container) => container.state === 'running'),
    folder,
    ...(state === undefined
      ? {}
      : {
          legacyVersion: state.legacyVersion,
          gateway: `https://${sandboxName}:${state.ports.https}/`,
          legacy: `http://localhost:${state.ports.legacy}/`,
          password: state.userPassword,
        }),
    users: sandboxUsers.map(({ loginName, role }) => ({ name: loginName, role })),
    containers: containers
      .map(({ name, state: now, health }) => ({ name, state: now, health }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
