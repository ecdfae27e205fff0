import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { z } from 'zod';

import { Failure } from '../../failure.ts';
import { builderIdentity, type LockedPackage, type LockFile, lockFileName, packageIdentity } from './lock.ts';

/** A closure of two thousand npm packages has about 1 MiB. */
const longest = 64 * 1024 * 1024;
const line = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^\P{Cc}+$/u, 'holds a control character');
/** Never with a password in it: this file goes into git. */
const address = line.regex(/^(?!\w+:\/\/[^/@]*:[^/@]*@)/, 'holds a password');
const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is sha256: and 64 hexadecimal digits');
const integrity = z
  .string()
  .regex(/^(sha256:[0-9a-f]{64}|sha(1|256|384|512)-[A-Za-z0-9+/]+={0,2})$/, 'is no hash (sha256:… or sha512-…)');
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'is no whole commit (40 hexadecimal digits)');
const git = z.strictObject({ git: address, ref: line.exactOptional(), commit });
const source = z.union([z.strictObject({ index: address }), git, z.strictObject({ archive: address })]);
const assembly = z.union([
  git,
  z.strictObject({ path: line, hash: sha256 }),
  z.strictObject({ archive: address, hash: sha256 }),
]);
const module = z.strictObject({
  name: line,
  package: line,
  version: line,
  commit: commit.exactOptional(),
  origin: line,
  asked: line,
});
const npmPath = line.regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/, 'leads out of the folder');
const onePackage = z
  .strictObject({
    name: line,
    version: line,
    source,
    hashes: z.array(integrity).max(500),
    file: address.exactOptional(),
    size: z.int().min(0).exactOptional(),
    path: npmPath.exactOptional(),
    npm: z.record(z.string().max(100), z.json()).exactOptional(),
  })
  .refine((one) => one.hashes.length > 0 || 'git' in one.source, { message: 'has no hash' });
const packagesBy = (identity: (one: LockedPackage) => string) =>
  z
    .array(onePackage)
    .max(50_000)
    .refine((list) => new Set(list.map(identity)).size === list.length, { message: 'has a package twice' });
const component = z.strictObject({
  input: sha256,
  content: sha256,
  lockedAt: z.iso.date(),
  asOf: z.iso.date().exactOptional(),
  assembly,
  runtime: z.record(z.string().regex(/^[a-zA-Z]{1,40}$/), line),
  modules: z.array(module).max(5000),
  extra: z.array(module).max(5000),
  packages: packagesBy(packageIdentity),
  build: packagesBy(builderIdentity).exactOptional(),
  scripts: z.array(line).max(5000).exactOptional(),
});
const server = z.strictObject({
  components: z.strictObject({
    frontend: component.exactOptional(),
    backend: component.exactOptional(),
    ibackend: component.exactOptional(),
  }),
});
const lockSchema = z.strictObject({ lockVersion: z.literal(1), servers: z.record(line, server) });

/** Reads a lock file. `file` is how errors call it. Throws LOCK_INVALID with line, column and reason. */
export function parseLock(text: string, file: string = lockFileName): LockFile {
  const content = text.replace(/^\uFEFF/, '');
  if (content.length > longest) throw invalid(`${file} is larger than ${longest / 1024 / 1024} MiB`);
  const errors: ParseError[] = [];
  const tree = parseTree(content, errors, { disallowComments: true, allowTrailingComma: false });
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch {
    const offset = errors[0]?.offset ?? 0;
    const merge = /^(<{7}|={7}|>{7})/m.test(content);
    throw invalid(`${file}${placeAt(content, offset)}: ${merge ? 'a merge conflict of git is not resolved here' : 'this is not JSON'}`); // prettier-ignore
  }
  const version = (data as { lockVersion?: unknown } | null)?.lockVersion;
  if (typeof version === 'number' && version !== 1)
    throw invalid(`${file}: it has lockVersion ${version}, and this openimis reads 1`, [
      'use the openimis that wrote it, or a newer one',
    ]);
  const parsed = lockSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const { path, message } = deepest(issue);
    return `${file}${placeOf(content, tree, path)}: ${path.join('.') || 'the file'} ${message}`;
  });
  throw invalid(problems.join('\n'));
}

type Issue = z.core.$ZodIssue;

/** Of a union the branch that came furthest: `source` with a bad commit is git with a bad commit, not "invalid input". */
function deepest(issue: Issue, before: readonly PropertyKey[] = []): { path: PropertyKey[]; message: string } {
  const path = [...before, ...issue.path];
  if (issue.code !== 'invalid_union') return { path, message: issue.message };
  const known = issue.errors.filter((branch) => branch.every(({ code }) => code !== 'unrecognized_keys'));
  const [first] = (known.length > 0 ? known : issue.errors).toSorted((a, b) => a.length - b.length)[0] ?? [];
  return first === undefined ? { path, message: issue.message } : deepest(first, path);
}

function placeOf(content: string, tree: Node | undefined, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const node = tree && findNodeAtLocation(tree, path.slice(0, length).map((one) => (typeof one === 'symbol' ? '' : one))); // prettier-ignore
    if (node !== undefined) return placeAt(content, node.offset);
  }
  return '';
}

function placeAt(content: string, offset: number): string {
  const before = content.slice(0, offset);
  return `:${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
}

function invalid(message: string, hints?: readonly string[]): Failure {
  return new Failure(
    'LOCK_INVALID',
    message,
    hints ?? ['git checkout the file again, or: openimis versions lock SERVER'],
  );
}
