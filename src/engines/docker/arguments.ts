import { devNull } from 'node:os';

/** Every argument vector of `docker` in one place: pure, so that a test compares one line. */

/** Words before a Compose command: file from standard input, no `.env` of whatever folder we are in, plain output. */
export function composeArguments(project: string, folder = '/'): readonly string[] {
  return [
    'compose',
    ...['--project-name', project],
    ...['--file', '-'],
    ...['--env-file', devNull],
    ...['--project-directory', folder],
    ...['--progress', 'plain'],
    ...['--ansi', 'never'],
  ];
}

export function upArguments(
  project: string,
  options: {
    readonly services?: readonly string[];
    readonly create?: boolean;
    readonly noRecreate?: boolean;
  },
): readonly string[] {
  return [
    ...composeArguments(project),
    'up',
    options.create === true ? '--no-start' : '--detach',
    '--no-build',
    ...(options.noRecreate === true ? ['--no-recreate'] : []),
    '--',
    ...(options.services ?? []),
  ];
}

export function validateArguments(project: string): readonly string[] {
  return [...composeArguments(project), 'config', '--quiet'];
}

export function buildArguments(project: string, folder: string): readonly string[] {
  return [...composeArguments(project, folder), 'build'];
}

export function importArguments(tag: string, changes: readonly string[]): readonly string[] {
  return ['import', ...changes.flatMap((change) => ['--change', change]), '-', tag];
}

export const pullArguments = (reference: string): readonly string[] => ['pull', '--', reference];
export const versionArguments: readonly string[] = ['version', '--format', '{{json .}}'];
export const composeVersionArguments: readonly string[] = ['compose', 'version', '--short'];
export const endpointArguments: readonly string[] = [
  'context',
  'inspect',
  '--format',
  '{{json .Endpoints.docker.Host}}',
];
export const dialArguments: readonly string[] = ['system', 'dial-stdio'];

/** A lock's container lives as long as the standard input of this program. */
export function lockArguments(
  name: string,
  image: string,
  labels: Readonly<Record<string, string>>,
  script: string,
): readonly string[] {
  return [
    'run',
    ...['--rm', '--interactive', '--init', '--pull', 'never'],
    ...['--name', name],
    ...['--network', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--memory', '32m'],
    ...['--log-driver', 'none'],
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--entrypoint', '/bin/sh'],
    image,
    ...['-c', script],
  ];
}
