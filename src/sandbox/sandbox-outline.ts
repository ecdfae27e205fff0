import { sandboxServer } from './sandbox-workspace.ts';
import { sandboxProject } from './stand-in-project.ts';

/** What `sandbox up` makes, as far as it is known before an engine is asked. */
export type SandboxOutline = {
  /** Compose projects and what is in each. */
  readonly projects: readonly { readonly name: string; readonly what: string }[];
  /** Where its own workspace is. */
  readonly folder: string;
};

export function sandboxOutline(folder: string, legacyVersion: string): SandboxOutline {
  const server = `${sandboxProject}-${sandboxServer}`;
  return {
    projects: [
      {
        name: sandboxProject,
        what: `stand-ins of a legacy ${legacyVersion} and of SQL Server, on 127.0.0.1 and Docker's own bridge`,
      },
      { name: server, what: `gateway and RabbitMQ of server ${sandboxServer}, on 127.0.0.1` },
      { name: `${server}-r<N>`, what: 'stand-in applications' },
    ],
    folder,
  };
}
