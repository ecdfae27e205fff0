import type { Failure } from '../../failure.ts';

/**
 * What every registry of packages answers to (npm, Python indexes). All texts in it come from outside: a view makes them
 * harmless before a terminal sees them. URLs carry no user information.
 */
export type Registry = {
  readonly kind: 'npm' | 'pypi';
  /** Everything that the registry says about one package. Never throws for what a registry or a network does. */
  readonly ask: (name: string, options?: AskOptions) => Promise<Answer>;
  /** What one exact version declares to need; `undefined` where its registry does not tell. */
  readonly requirements: (name: string, version: string) => Promise<Requirements | undefined>;
};

export type AskOptions = {
  /** Publish dates too. npm has them only in its full document, which is large. */
  readonly dates?: boolean;
};

export type Answer =
  | { readonly state: 'found'; readonly package: PackageInfo; readonly asOf: AsOf; readonly alsoOn?: readonly string[] }
  | { readonly state: 'absent'; readonly registry: string; readonly asOf: AsOf }
  /** Nobody could be asked, and nothing is known from before. */
  | { readonly state: 'unknown'; readonly registry: string; readonly why: Failure };

/** When the registry said it. `old`: it was not asked now (and why not), this is what it said then. */
export type AsOf = { readonly time: Date; readonly old?: string };

export type PackageInfo = {
  /** As its registry writes it. */
  readonly name: string;
  /** URL of the registry or index that it comes from: the package is bound to it. */
  readonly registry: string;
  /** Newest first. Two spellings of one version are one. */
  readonly versions: readonly PublishedVersion[];
  /** npm's dist-tags. */
  readonly tags: Readonly<Record<string, string>>;
};

export type PublishedVersion = {
  /** npm: semver. PyPI: PEP 440, normalised. */
  readonly version: string;
  /** ISO 8601; npm only with `dates`. */
  readonly published?: string;
  /** PyPI: withdrawn, with its reason (may be empty). */
  readonly yanked?: string;
  /** npm: somebody warns of it. */
  readonly deprecated?: string;
  /** PEP 440 range of Pythons that it runs on. */
  readonly requiresPython?: string;
  /** npm: has install scripts. */
  readonly scripts?: true;
  readonly files: readonly PublishedFile[];
};

export type PublishedFile = {
  readonly name: string;
  readonly url: string;
  /** `sha256:<hex>` (PyPI) or `sha512-<base64>` and its like (npm). Old npm packages have a `sha1-` only. */
  readonly hash?: string;
  /** Bytes. */
  readonly size?: number;
};

/** Names are those of packages; specs PEP 440 specifiers (PyPI) or npm ranges. */
export type Requirements = {
  readonly requires: readonly Requirement[];
  readonly requiresPython?: string;
};

export type Requirement = {
  readonly package: string;
  /** `*`: any version. */
  readonly spec: string;
  /** PEP 508 marker, as written. */
  readonly marker?: string;
  /** npm: somebody else has to bring it (`peerDependencies`). */
  readonly peer?: true;
  /** npm: works without it. */
  readonly optional?: true;
};
