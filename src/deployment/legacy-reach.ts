import { Failure } from '../failure.ts';
import type { CommandResult } from '../engines/engine.ts';
import { readLoginPage } from '../legacy/login-page.ts';
import { requireMigrated } from '../legacy/database.ts';
import type { LegacyTarget } from '../stack/stack.ts';
import { extraHostsFor, hostForContainers, isThisBox } from '../stack/this-box.ts';
import { type DeploymentContext, serverLabels } from './context.ts';
import { requireSecret } from './compose-secrets.ts';
import { certificateCheck, requireCertificate } from './legacy-encryption.ts';

/**
 * Looks from this machine whether the database has the tables and the site is openIMIS. Only reads. With a remote engine
 * "this box" is another one, so there is nothing to look at from here.
 * @returns what could not be looked at, in words
 * @throws Failure LEGACY_*
 */
export async function probeFromHere(context: DeploymentContext, legacy?: LegacyTarget): Promise<readonly string[]> {
  const { server, engine, probes, secrets } = context;
  const { database } = server;
  const notes: string[] = [];
  if (engine.remote && isThisBox(database.host))
    notes.push('whether the legacy database has the tables is not checked: it is on the remote box itself');
  else {
    const probe = await probes.database({
      host: database.host,
      port: database.port,
      name: database.name,
      user: database.user,
      password: requireSecret(secrets, 'DATABASE_PASSWORD', server.name),
      encryption: database.encryption,
      timeout: 15,
    });
    requireMigrated(probe, database);
    if (!probe.encrypted) notes.push('the connection to SQL Server is not encrypted (database.encryption: optional)');
  }
  if (legacy === undefined || engine.remote) return notes;
  const site = await probes.website({
    ...legacy,
    connect: legacy.connectIs === 'this-box' ? '127.0.0.1' : legacy.connect,
    timeout: 15,
  });
  // Its own name is another one: it knows the legacy's name as little as any other.
  if (
    site.status === 421 ||
    site.status === 508 ||
    (site.status === 307 && leadsTo(server.gateway.dns, site.redirectsTo))
  )
    throw notLegacy(server.name, legacy, `the gateway itself answers at ${legacy.connect}`, [
      'legacy.ip stays the address of the Windows server, also when gateway.dns is its name (docs/go-live.md)',
    ]);
  if (site.redirectsTo !== undefined)
    throw notLegacy(server.name, legacy, `it sends people on to ${site.redirectsTo}`, [
      `legacy.url in openimis.yaml (--legacy-url): perhaps ${site.redirectsTo}`,
    ]);
  if (!site.loginForm)
    throw notLegacy(
      server.name,
      legacy,
      `it answers ${site.status}${site.title === undefined ? '' : ` "${site.title}"`} without the login form`,
    );
  requireCertificate(server.name, legacy, site.certificate);
  const { dns, ip } = server.legacy ?? {};
  // With an address nobody looks the name up, so that a typing mistake would only be seen by people.
  if (dns !== undefined && ip !== undefined && !(await probes.resolves(dns, 5)))
    notes.push(
      `this machine does not know the name ${dns} (legacy.dns); the legacy at ${ip} is asked by it all the same`,
    );
  return notes;
}

/**
 * Proves from inside a container that the legacy site and SQL Server's port answer there.
 * @param image image with curl and bash (the gateway's)
 * @throws Failure LEGACY_NAME_UNRESOLVED, LEGACY_WEBSITE_UNREACHABLE, LEGACY_DATABASE_UNREACHABLE
 */
export async function probeFromContainer(
  context: DeploymentContext,
  image: string,
  legacy?: LegacyTarget,
): Promise<void> {
  const { engine, server } = context;
  const extraHosts = extraHostsFor(server.legacy?.ip ?? server.legacy?.dns, server.database.host);
  const run = (argv: readonly string[]): Promise<CommandResult> =>
    engine.runOnce({ image, argv, extraHosts, network: 'bridge', labels: serverLabels(context), timeout: 40 });
  if (legacy !== undefined) await siteFromContainer(run, legacy, server.name);
  const { host, port } = server.database;
  // bash opens the port itself; both values are arguments of the script, never part of it.
  const script = 'exec 3<>"/dev/tcp/$0/$1"';
  const { code, stderr } = await run(['timeout', '10', 'bash', '-c', script, hostForContainers(host), String(port)]);
  if (code === 0) return;
  const why = code === 124 ? 'no answer in 10 s' : /refused/i.test(stderr) ? 'connection refused' : lastLine(stderr);
  throw new Failure(
    'LEGACY_DATABASE_UNREACHABLE',
    `SQL Server at ${host}:${port} cannot be reached from inside a container: ${why}`,
    isThisBox(host)
      ? thisBoxHints('SQL Server', port)
      : [`does a firewall let the box in? From the box: nc -vz ${host} ${port}`],
  );
}

type Run = (argv: readonly string[]) => Promise<CommandResult>;

async function siteFromContainer(run: Run, legacy: LegacyTarget, server: string): Promise<void> {
  const origin = `${legacy.scheme}://${legacy.host}`;
  const connect = legacy.connect.includes(':') ? `[${legacy.connect}]` : legacy.connect;
  const { code, stdout } = await run([
    ...[
      'curl',
      '--silent',
      '--show-error',
      ...certificateCheck(legacy),
      '--max-time',
      '20',
      '--location',
      '--max-redirs',
      '3',
    ],
    ...['--proto', '=http,https', '--noproxy', '*', '--connect-to', `::${connect}:${legacy.port}`],
    ...['--header', `Host: ${legacy.host}`, '--header', `Referer: ${origin}${legacy.path}`, '--user-agent', 'openimis'],
    ...['--max-filesize', '2000000', '--globoff', `${origin}${legacy.path}`],
  ]);
  if (code === 0) {
    if (readLoginPage(stdout).loginForm) return;
    throw new Failure(
      'LEGACY_WEBSITE_UNREACHABLE',
      `${legacy.connect}:${legacy.port} answers inside a container, but not with the openIMIS login page`,
      [`correct legacy.ip and legacy.url of server ${server} in openimis.yaml (--legacy-ip, --legacy-url)`],
    );
  }
  if (code === 6)
    throw new Failure('LEGACY_NAME_UNRESOLVED', `the name ${legacy.connect} does not resolve inside a container`, [
      'give the address too: legacy.ip in openimis.yaml (--legacy-ip)',
    ]);
  const reason = curlReasons.get(code) ?? `curl's exit code is ${code}`;
  throw new Failure(
    'LEGACY_WEBSITE_UNREACHABLE',
    `the legacy site at ${legacy.connectIs === 'this-box' ? 'this box' : legacy.connect}, port ${legacy.port}, cannot be reached from inside a container: ${reason}`,
    legacy.connectIs === 'this-box'
      ? thisBoxHints('the site', legacy.port)
      : [`does a firewall let the box in? From the box: curl -v ${origin}${legacy.path}`],
  );
}

const curlReasons = new Map([
  [7, 'connection refused'],
  [28, 'no answer in time'],
  [35, 'it does not speak https there'],
  [47, 'it redirects in a circle'],
  [52, 'it sends nothing'],
  [56, 'the connection was cut'],
  [60, 'its certificate is not one of a public authority for its name (legacy.tls: pin accepts exactly this one)'],
  [90, 'its certificate is another one than the pinned (legacy.certificate)'],
]);

function thisBoxHints(what: string, port: number): readonly string[] {
  return [
    `127.0.0.1 means this box, which containers reach through the engine's bridge: a program that listens on 127.0.0.1 only cannot be reached. Let ${what} listen on 0.0.0.0 or on the address of docker0 too`,
    `sudo ss -ltn 'sport = :${port}'; a firewall of the box (ufw, firewalld) may keep containers out as well`,
  ];
}

/** Does a redirect lead to https of the gateway's own name, as the gateway's http port does? */
function leadsTo(dns: string, address: string | undefined): boolean {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === 'https:' && url.hostname === dns.toLowerCase();
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? 'unknown reason';
}

function notLegacy(server: string, legacy: LegacyTarget, why: string, hints: readonly string[] = []): Failure {
  return new Failure(
    'LEGACY_WEBSITE_UNREACHABLE',
    `${legacy.scheme}://${legacy.host}${legacy.path} is not the login page of openIMIS: ${why}`,
    [...hints, `correct legacy.ip and legacy.url of server ${server} in openimis.yaml`],
  );
}
