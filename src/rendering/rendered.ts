/** A rendered file: path relative to its root, forward slashes. Holds no secret. */
export type RenderedFile = { readonly path: string; readonly content: string; readonly mode?: number };

/** A Compose project ready for the engine. */
export type RenderedProject = {
  readonly name: string;
  /** compose.yaml with every `$` of a value doubled. */
  readonly compose: string;
  /** Environment variables through which Compose reads the secrets (`secrets: {x: {environment: NAME}}`). */
  readonly secretVariables: readonly string[];
};

/** Everything that `openimis render` writes and a revision keeps. */
export type RenderedStack = {
  readonly base: RenderedProject;
  readonly current: RenderedProject;
  /** nginx.conf, *.conf, lua/, pages/, data.json: one version folder of the gateway's volume. */
  readonly gateway: readonly RenderedFile[];
  /** Hash (hex) over the two projects and the keyed hash of the secrets. Same hash: no new revision is needed. */
  readonly hash: string;
};
