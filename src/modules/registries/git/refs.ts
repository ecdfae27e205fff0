/** What a repository has, as `git ls-remote` says it. Commits are 40 (or 64) hex digits. */
export type GitRefs = {
  readonly defaultBranch?: string;
  readonly head?: string;
  readonly branches: ReadonlyMap<string, string>;
  /** The commit that a tag leads to, not the tag's own object. */
  readonly tags: ReadonlyMap<string, string>;
};

const commit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Output of `git ls-remote --symref`; lines of another form are passed over. */
export function readRefs(output: string): GitRefs {
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  const peeled = new Map<string, string>();
  let [defaultBranch, head]: (string | undefined)[] = [];
  for (const line of output.split('\n')) {
    const [id = '', name = ''] = line.split('\t');
    if (id.startsWith('ref: refs/heads/') && name === 'HEAD') defaultBranch = id.slice('ref: refs/heads/'.length);
    if (!commit.test(id)) continue;
    if (name === 'HEAD') head = id;
    else if (name.startsWith('refs/heads/')) branches.set(name.slice('refs/heads/'.length), id);
    else if (name.startsWith('refs/tags/') && name.endsWith('^{}')) peeled.set(name.slice('refs/tags/'.length, -3), id);
    else if (name.startsWith('refs/tags/')) tags.set(name.slice('refs/tags/'.length), id);
  }
  return {
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(head === undefined ? {} : { head }),
    branches,
    tags: new Map([...tags].map(([name, id]) => [name, peeled.get(name) ?? id])),
  };
}

export type FoundRef = { readonly kind: 'tag' | 'branch' | 'commit'; readonly commit: string };

/**
 * What a reference of a pin means: a tag, a branch (moves), or a commit. Absent: the default branch. A commit that no tag and no
 * branch points to may be there all the same: it is believed. Undefined: there is no such thing.
 */
export function findRef(refs: GitRefs, ref: string | undefined): FoundRef | undefined {
  if (ref === undefined) return refs.head === undefined ? undefined : { kind: 'branch', commit: refs.head };
  if (commit.test(ref)) return { kind: 'commit', commit: ref };
  const name = ref.replace(/^refs\/(?:heads|tags)\//, '');
  // As git itself: of a tag and a branch of one name it takes the tag.
  const tag = ref.startsWith('refs/heads/') ? undefined : refs.tags.get(name);
  if (tag !== undefined) return { kind: 'tag', commit: tag };
  const branch = ref.startsWith('refs/tags/') ? undefined : refs.branches.get(name);
  if (branch !== undefined) return { kind: 'branch', commit: branch };
  if (!/^[0-9a-f]{7,39}$/.test(ref)) return undefined;
  const [only, ...others] = new Set(
    [...refs.tags.values(), ...refs.branches.values()].filter((id) => id.startsWith(ref)),
  );
  return only === undefined || others.length > 0 ? undefined : { kind: 'commit', commit: only };
}
