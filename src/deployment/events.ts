/** What a deployment reports while it works; ids are those of the plan's steps. Nothing here prints. */
export type DeploymentEvents = {
  readonly started: (id: string) => void;
  readonly progress: (id: string, line: string) => void;
  readonly done: (id: string, note?: string) => void;
  readonly failed: (id: string, reason: string) => void;
};

export const noEvents: DeploymentEvents = {
  started: () => {},
  progress: () => {},
  done: () => {},
  failed: () => {},
};
