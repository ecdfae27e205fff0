import type { CommandResult } from '../../src/engines/engine.ts';
import type { FakeContainer, FakeWorld } from './fake-world.ts';

export const loginPage = '<input name="txtUserName"><input name="txtPassword"><input name="btnLogin">';
const ok = (stdout = ''): CommandResult => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string, code = 1): CommandResult => ({ code, stdout: '', stderr });

/** Answers of the few programs that a deployment runs inside containers. */
export function runProgram(
  world: FakeWorld,
  container: FakeContainer,
  argv: readonly string[],
  stdin = '',
): CommandResult {
  const [program, ...rest] = argv;
  if (program === 'openimis-gateway' && rest[0] === 'maintenance') return maintenance(world, container, rest[1], stdin);
  if (program === 'openimis-gateway') return gateway(world, container, rest);
  if (program === 'ls') {
    const names = world.read(container, rest[0] ?? '').map(({ path }) => path.split('/')[0]);
    return ok(`${[...new Set(names)].join('\n')}\n`);
  }
  if (program === 'curl') return curl(world, container, rest);
  // What an image contains: a file that a test has put there.
  if (program === 'cat' || rest[0] === '-c') {
    const { files, path } = world.place(container, program === 'cat' ? (rest[0] ?? '') : '/installed.json');
    const content = files.get(path);
    return content === undefined ? failed(`${path}: no such file`) : ok(content);
  }
  if (program === 'python')
    return world.statuses.get('health page') === 500 ? failed('{"DatabaseBackend": "broken"}') : ok('{}');
  return failed(`${program ?? ''}: not found`, 127);
}

function maintenance(
  world: FakeWorld,
  container: FakeContainer,
  word: string | undefined,
  stdin: string,
): CommandResult {
  const { files, path } = world.place(container, '/var/lib/openimis/maintenance');
  if (world.statuses.get('maintenance') === 500) return failed('no space left on device');
  if (word === 'on') files.set(path, stdin);
  if (word === 'off') files.delete(path);
  return ok(files.get(path) ?? '');
}

function gateway(
  world: FakeWorld,
  container: FakeContainer,
  [command = '', value, other]: readonly string[],
): CommandResult {
  const state = world.place(container, '/var/lib/openimis/bank');
  const configuration = world.place(container, '/etc/openimis/gateway/active');
  switch (command) {
    case 'bank':
      if (value !== undefined) {
        world.log.push(`bank ${value}`);
        state.files.set(state.path, value);
      }
      return ok(`${state.files.get(state.path) ?? ''}\n`);
    case 'guesses':
      return ok(
        '{"window":300,"failures":3,"site":200,"perAddress":10,"slowedAddresses":1,"siteIsSlowed":false,"refused":4}',
      );
    case 'sign-on':
      return ok('shown\n');
    case 'version':
      return ok(configuration.files.get('active') ?? '');
    case 'activate':
      if (world.statuses.get('activate') === 500) return failed('nginx: [emerg] invalid');
      if (!configuration.files.has(`versions/${value ?? ''}/nginx.conf`))
        return failed(`there is no version ${value ?? ''}`);
      world.log.push(`activate ${value ?? ''}`);
      configuration.files.set('active', `${value ?? ''}\n`);
      return ok();
    case 'derive':
      for (const [path, content] of [...configuration.files])
        if (path.startsWith(`versions/${value ?? ''}/`))
          configuration.files.set(path.replace(`versions/${value ?? ''}/`, `versions/${other ?? ''}/`), content);
      return ok();
    default:
      return failed('usage', 2);
  }
}

/** Requests through the gateway are told by `--connect-to`, direct ones by their address. */
function curl(world: FakeWorld, container: FakeContainer, argv: readonly string[]): CommandResult {
  const url = new URL(argv.at(-1) ?? '');
  const format = argv[argv.indexOf('--write-out') + 1] ?? '';
  const answer = (status: number, body = '', location = ''): CommandResult =>
    ok(
      body +
        format
          .replace('%{http_code}', String(status))
          .replace('%{content_type}', 'text/html')
          .replace('%{redirect_url}', location),
    );
  const files = [...world.place(container, '/etc/openimis/gateway').files.keys()];
  if (files.length === 0) return failed('the gateway has no configuration', 7);
  if (!argv.includes('--connect-to')) {
    const target = [...world.containers.values()].find(
      (c) => c.state === 'running' && Object.values(c.fixed).includes(url.hostname),
    );
    if (target === undefined) return failed('connection refused', 7);
    const revision = target.labels['org.openimis.revision'] ?? '';
    return answer(
      world.statuses.get(`${target.service ?? ''}@${revision}`) ?? world.statuses.get(target.service ?? '') ?? 200,
    );
  }
  const forced = world.statuses.get(url.pathname);
  if (forced !== undefined) return answer(forced);
  switch (url.pathname) {
    case '/front/':
      return answer(302, '', `${url.origin}/`);
    case '/iapi/':
    case '/api/':
    case '/photos/none/none.jpg':
      return answer(401, '{}');
    case '/logout':
      return answer(302, '', `${url.origin}/`);
    default:
      return answer(200, loginPage);
  }
}

/** The short-lived containers that look at the legacy. */
export function runOnceProgram(world: FakeWorld, argv: readonly string[]): CommandResult {
  if (argv[0] === 'curl') {
    const code = world.statuses.get('legacy site') ?? 0;
    return code === 0 ? ok(loginPage) : failed('curl: failed', code);
  }
  const code = world.statuses.get('legacy database') ?? 0;
  return code === 0 ? ok() : failed('bash: connect: Connection refused', code);
}
