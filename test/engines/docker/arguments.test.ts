import { describe, expect, it } from 'vitest';

import {
  buildArguments,
  importArguments,
  lockArguments,
  pullArguments,
  upArguments,
  validateArguments,
} from '../../../src/engines/docker/arguments.ts';

const line = (argv: readonly string[]): string => argv.join(' ');
const compose =
  'compose --project-name openimis-test --file - --env-file /dev/null --project-directory / --progress plain --ansi never';

describe('argument vectors of docker', () => {
  it.each([
    [upArguments('openimis-test', {}), `${compose} up --detach --no-build --`],
    [
      upArguments('openimis-test', { create: true, noRecreate: true, services: ['gateway', 'rabbitmq'] }),
      `${compose} up --no-start --no-build --no-recreate -- gateway rabbitmq`,
    ],
    [validateArguments('openimis-test'), `${compose} config --quiet`],
    [
      buildArguments('openimis-build', '/tmp/context'),
      'compose --project-name openimis-build --file - --env-file /dev/null --project-directory /tmp/context --progress plain --ansi never build',
    ],
    [
      importArguments('openimis-base:trixie-1', ['LABEL a=b', 'CMD ["bash"]']),
      'import --change LABEL a=b --change CMD ["bash"] - openimis-base:trixie-1',
    ],
    [pullArguments('debian:trixie-slim'), 'pull -- debian:trixie-slim'],
    [
      lockArguments('openimis-test-lock', 'openimis-gateway:1', { 'org.openimis.server': 'test' }, 'cat'),
      'run --rm --interactive --init --pull never --name openimis-test-lock --network none --cap-drop ALL ' +
        '--security-opt no-new-privileges --memory 32m --log-driver none --label org.openimis.server=test ' +
        '--entrypoint /bin/sh openimis-gateway:1 -c cat',
    ],
  ])('%#', (argv, expected) => expect(line(argv)).toBe(expected));

  it('takes a service that looks like an option as a service', () => {
    const argv = upArguments('p', { services: ['--help'] });
    expect(argv.indexOf('--')).toBe(argv.length - 2);
  });
});
