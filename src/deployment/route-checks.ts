import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import { readLoginPage } from '../legacy/login-page.ts';
import { bankOf } from '../stack/addresses.ts';
import type { Bank, GatewayPlan, Route, Stack } from '../stack/stack.ts';
import type { DeploymentContext } from './context.ts';
import { redaction } from './redaction.ts';

/** What a request from inside the gateway's container brought. */
export type Answer = {
  readonly status: number;
  readonly type: string;
  readonly location: string;
  readonly body: string;
};

export type RouteResult = { readonly path: string; readonly status: number; readonly expected: string };

/** Is it the answer that a visitor without any login must get? The rule in words comes with it. */
export function expectation(
  route: Route,
  plan: GatewayPlan,
): { readonly words: string; readonly holds: (answer: Answer) => boolean } {
  if (route.target === 'not-deployed') return { words: '404: not deployed', holds: ({ status }) => status === 404 };
  if (route.name === 'health') return { words: '200', holds: ({ status }) => status === 200 };
  if (route.name === 'legacy')
    return {
      words: 'the login page of the legacy',
      holds: ({ status, body }) => status === 200 && readLoginPage(body).loginForm,
    };
  if (route.name === 'logout') return { words: 'a redirect', holds: ({ status }) => status === 302 || status === 303 };
  switch (route.access) {
    case 'signed-on':
      return route.name === 'front'
        ? { words: '302 to the login', holds: ({ status, location }) => status === 302 && sameHost(location, plan) }
        : { words: '401 or 302: not signed on', holds: ({ status }) => status === 401 || status === 302 };
    case 'basic':
      return { words: '401: asks for an API user', holds: ({ status }) => status === 401 };
    case 'application':
    case 'anybody':
      return { words: 'any answer but a server error', holds: ({ status }) => status >= 200 && status < 500 };
  }
}

function sameHost(location: string, plan: GatewayPlan): boolean {
  if (location.startsWith('/')) return !location.startsWith('//');
  return URL.canParse(location) && new URL(location).hostname === plan.dns.toLowerCase();
}

/** One GET with curl inside the gateway's container; `follow` stays on the same host. */
async function get(
  context: DeploymentContext,
  gateway: ContainerState,
  url: string,
  options: readonly string[],
): Promise<Answer | string> {
  const mark = '\n--openimis-- ';
  const { code, stdout, stderr } = await context.engine.exec(
    gateway.id,
    [
      ...['curl', '--silent', '--show-error', '--insecure', '--globoff', '--noproxy', '*', '--max-time', '30'],
      ...[
        '--max-filesize',
        '5000000',
        '--user-agent',
        'openimis',
        '--write-out',
        `${mark}%{http_code} %{content_type} %{redirect_url}`,
      ],
      ...options,
      ...['--', url],
    ],
    { timeout: 60 },
  );
  if (code !== 0) return stderr.trim() === '' ? `curl's exit code is ${code}` : stderr.trim();
  const end = stdout.lastIndexOf(mark);
  const [status = '', ...rest] = stdout.slice(end + mark.length).split(' ');
  return {
    status: Number(status),
    type: rest.slice(0, -1).join(' '),
    location: rest.at(-1) ?? '',
    body: stdout.slice(0, end),
  };
}

const browser = ['--header', 'Accept: text/html', '--header', 'Sec-Fetch-Mode: navigate'];
const program = ['--header', 'Accept: application/json', '--header', 'Sec-Fetch-Mode: cors'];

/** Paths that are asked for: a route's own, the legacy's virtual directory instead of `/`, and a picture of photos. */
function pathOf(route: Route, plan: GatewayPlan): string {
  if (route.name === 'photos') return `${route.path}none/none.jpg`;
  return route.name === 'legacy' ? (plan.legacy?.path ?? route.path) : route.path;
}

/**
 * Asks every route through the gateway as a visitor who is not signed on, with the gateway's own name and TLS.
 * @throws Failure ROUTE_FAILED naming each route that answers otherwise than it should
 */
export async function checkRoutes(
  context: DeploymentContext,
  gateway: ContainerState,
  stack: Stack,
  progress: (line: string) => void,
): Promise<readonly RouteResult[]> {
  const plan = stack.gateway;
  const origin = `https://${plan.dns.includes(':') ? `[${plan.dns}]` : plan.dns}${plan.httpsPort === 443 ? '' : `:${plan.httpsPort}`}`;
  const results: RouteResult[] = [];
  const wrong: string[] = [];
  for (const route of plan.routes) {
    const path = pathOf(route, plan);
    const { words, holds } = expectation(route, plan);
    const options = [
      ...['--connect-to', '::127.0.0.1:8443'],
      ...(route.name === 'iapi' || route.name === 'api' ? program : browser),
      ...(route.name === 'legacy' ? ['--location', '--max-redirs', '3'] : []),
    ];
    const answer = await get(context, gateway, `${origin}${path}`, options);
    if (typeof answer === 'string') wrong.push(`${path}: ${answer}`);
    else if (holds(answer)) results.push({ path, status: answer.status, expected: words });
    else
      wrong.push(
        `${path}: answered ${answer.status}${answer.location === '' ? '' : ` to ${answer.location}`}, expected ${words}`,
      );
    progress(path);
  }
  if (wrong.length === 0) return results;
  throw new Failure(
    'ROUTE_FAILED',
    redaction(context.secrets)(['through the gateway not every route answers as it should', ...wrong].join('\n')),
    [`openimis logs ${context.server.name} gateway`],
  );
}

const direct = ['frontend', 'backend', 'ibackend'] as const satisfies readonly (keyof Bank)[];

/**
 * Asks the web services of a revision at their own addresses, from the gateway's container, before anybody is sent there.
 * @throws Failure ROUTE_FAILED
 */
export async function checkRevision(context: DeploymentContext, gateway: ContainerState, stack: Stack): Promise<void> {
  const bank = stack.gateway.banks[bankOf(stack.revision)];
  for (const component of direct) {
    if (bank === undefined || !stack.current.services.some((service) => service.component === component)) continue;
    const { address, port } = bank[component];
    const answer = await get(context, gateway, `http://${address}:${port}${directPath(stack, component)}`, [
      ...browser,
      ...['--header', `Host: ${stack.gateway.dns}`, '--header', 'X-Forwarded-Proto: https'],
    ]);
    if (typeof answer !== 'string' && answer.status >= 200 && answer.status < 500) continue;
    const how = typeof answer === 'string' ? `does not answer the gateway: ${answer}` : `answers ${answer.status}`;
    throw new Failure('ROUTE_FAILED', redaction(context.secrets)(`${component} of r${stack.revision} ${how}`), [
      `openimis logs ${context.server.name} ${component}`,
    ]);
  }
}

function directPath(stack: Stack, component: (typeof direct)[number]): string {
  if (component === 'frontend') return '/';
  const route = stack.gateway.routes.find(({ target }) => target === component);
  return route?.targetPath ?? route?.path ?? '/';
}
