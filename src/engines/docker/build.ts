import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile, constants, access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { stringify } from 'yaml';

import { Failure } from '../../failure.ts';
import type { ImageBuild, Progress } from '../engine.ts';
import type { Api } from './api.ts';
import { checkedPath } from './archive.ts';
import { buildArguments } from './arguments.ts';
import { spaceLeft } from './disk.ts';
import { diagnose, lastLines } from './failures.ts';
import { image } from './images.ts';
import { runProgram } from './program.ts';

type Environment = Readonly<Record<string, string>>;

/** Builds with BuildKit through Compose; an image that has the tag already is the same content, so nothing is done. */
export async function buildImage(
  api: Api,
  env: Environment,
  build: ImageBuild,
  progress: Progress = () => {},
  signal?: AbortSignal,
): Promise<void> {
  if ((await image(api, build.tag)) !== undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'openimis-build-'));
  try {
    await writeContext(folder, build.context);
    const isOpen = build.network !== 'none';
    const bundle = isOpen ? await certificateBundle(env) : undefined;
    const result = await runProgram('docker', buildArguments('openimis-build', folder), {
      // The old builder knows no secrets.
      env: { ...env, DOCKER_BUILDKIT: '1', ...secretVariables(build) },
      stdin: buildFile(folder, build, isOpen ? proxyArguments(env) : {}, bundle),
      timeout: 3600,
      onLine: (line) => progress(withoutNumber(line)),
      ...(signal === undefined ? {} : { signal }),
    });
    if (result.code === 0) return;
    const output = `${result.stdout}\n${result.stderr}`;
    if (/no space left on device/i.test(output)) throw await spaceLeft(api, output);
    const unreachable = diagnose(lastLines(result.stderr, 3), api.where);
    if (unreachable !== undefined && unreachable.code.startsWith('ENGINE_')) throw unreachable;
    const why = result.timedOut ? 'it took more than an hour' : lastLines(output, 20);
    throw new Failure('IMAGE_BUILD_FAILED', `building ${build.tag} failed:\n${why}`, [
      'a network or registry trouble often passes: run the same command again',
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeContext(folder: string, context: ImageBuild['context']): Promise<void> {
  for (const file of context) {
    const target = join(folder, checkedPath(file.path));
    await mkdir(dirname(target), { recursive: true });
    if ('file' in file) await copyFile(file.file, target, constants.COPYFILE_FICLONE);
    else await writeFile(target, file.content);
    await chmod(target, file.mode ?? 0o644);
  }
}

/**
 * A throw-away Compose file. Proxies are predefined build arguments (they never stay in a layer); the operator's extra
 * certificates are the build secret `ca_bundle` for a Dockerfile that wants them.
 */
export function buildFile(
  folder: string,
  build: Pick<ImageBuild, 'tag' | 'args' | 'labels' | 'network' | 'secrets'>,
  proxies: Environment,
  bundle: string | undefined,
): string {
  const doubled = (values: Environment): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]));
  const secrets = {
    ...(bundle === undefined ? {} : { ca_bundle: { file: bundle.replaceAll('$', '$$$$') } }),
    ...Object.fromEntries(openSecrets(build).map((id) => [id, { environment: secretVariable(id) }])),
  };
  const names = Object.keys(secrets);
  return stringify({
    services: {
      image: {
        image: build.tag,
        build: {
          context: folder.replaceAll('$', '$$$$'),
          args: doubled({ ...build.args, ...proxies }),
          labels: doubled(build.labels),
          ...(build.network === undefined ? {} : { network: build.network }),
          ...(names.length === 0 ? {} : { secrets: names }),
        },
      },
    },
    ...(names.length === 0 ? {} : { secrets }),
  });
}

const secretVariable = (id: string): string => `OPENIMIS_BUILD_${id}`;

/** A build without network installs what was fetched before: it has no use for a secret. */
function openSecrets({ network, secrets = {} }: Pick<ImageBuild, 'network' | 'secrets'>): readonly string[] {
  return network === 'none' ? [] : Object.keys(secrets);
}

function secretVariables(build: Pick<ImageBuild, 'network' | 'secrets'>): Environment {
  return Object.fromEntries(openSecrets(build).map((id) => [secretVariable(id), build.secrets![id]!]));
}

const proxyNames = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'] as const;

/** The operator's proxies in both spellings: programs differ in which one they read. */
export function proxyArguments(env: Environment): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of proxyNames) {
    const value = env[name] ?? env[name.toUpperCase()];
    if (value === undefined || value === '') continue;
    found[name] = value;
    found[name.toUpperCase()] = value;
  }
  return found;
}

async function certificateBundle(env: Environment): Promise<string | undefined> {
  for (const file of [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE])
    if (file !== undefined && file !== '' && (await readable(file))) return file;
  return undefined;
}

const readable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  );

/** `#7 12.3 Get:1 http://…` → `Get:1 http://…`. */
function withoutNumber(line: string): string {
  return line.replace(/^#\d+ (?:\d+\.\d+ )?/, '').trim();
}
