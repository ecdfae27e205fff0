import type { GuessingFigures } from '../../deployment/guessing.ts';
import type { ServerStatus } from '../../deployment/status.ts';
import type { CertificateState } from '../../deployment/certificate.ts';
import { sourceWords } from './certs-view.ts';
import { harmless, paint } from '../paint.ts';
import { hotfixAdvice, hotfixLines } from './hotfix-lines.ts';
import { table } from '../table.ts';

const stateWords = {
  serving: 'serving',
  degraded: 'serves, but not everything is well',
  stopped: 'stopped',
  'not-deployed': 'not deployed on this engine',
} as const;
const stateColours = { serving: 'green', degraded: 'yellow', stopped: 'red', 'not-deployed': 'dim' } as const;

function certificateWords({ using, validTo, daysLeft }: CertificateState): string {
  return `${sourceWords[using]}, until ${validTo.slice(0, 10)} (${daysLeft} days)`;
}

/** What is the state, and what to type next. */
export function statusView(status: ServerStatus): string {
  const { server, state, serving, address } = status;
  const revision = serving === undefined ? '' : ` r${serving}`;
  const head = `${paint('bold', server)}${revision}: ${paint(stateColours[state], stateWords[state])}`;
  const hotfixes = [...hotfixLines(status.hotfixes), ...hotfixAdvice(server, status.hotfixes)];
  if (state === 'not-deployed')
    return [head, `engine  ${status.engine}`, ...hotfixes, `Next: openimis deploy ${server}`].join('\n');
  const facts = [
    ['address', address],
    ['sign-on', signOnWords(status)],
    ...(status.certificate === undefined ? [] : [['certificate', certificateWords(status.certificate)]]),
    ['engine', status.engine],
    ['networks', status.subnet ?? '-'],
    ...(status.maintenance === undefined ? [] : [['maintenance', maintenanceWords(status.maintenance)]]),
    ...(status.guessing === undefined ? [] : [['logins', loginWords(status.guessing)]]),
  ];
  const components = status.components.map((component) => [
    component.component,
    component.revision === undefined ? '' : `r${component.revision}`,
    `${component.running}/${component.desired}`,
    component.health,
    component.image ?? '-',
    component.since?.replace(/\.\d+Z$/, 'Z') ?? '-',
  ]);
  const routes = status.routes.map(({ path, target, access }) => [`  ${path}`, target, access]);
  const revisions = status.revisions
    .slice(0, 5)
    .map(({ revision: n, status: how, startedAt = '', by = '', message = '' }) => [
      `  r${n}`,
      how,
      startedAt.replace(/\.\d+Z$/, 'Z'),
      harmless(by),
      harmless(message.split('\n')[0] ?? ''),
    ]);
  const problems = status.problems.map((problem) => `${paint('yellow', 'problem')} ${harmless(problem)}`);
  const risks = status.risks.map((risk) => `${paint('yellow', 'risk')} ${harmless(risk)}`);
  return [
    head,
    table(facts),
    '',
    table(components, ['COMPONENT', 'REV', 'RUNNING', 'HEALTH', 'IMAGE', 'SINCE']),
    ...(routes.length === 0 ? [] : ['', 'routes', table(routes)]),
    ...(revisions.length === 0 ? [] : ['', 'revisions', table(revisions)]),
    ...(hotfixes.length === 0 ? [] : ['', ...hotfixes]),
    ...(risks.length === 0 ? [] : ['', ...risks]),
    ...(problems.length === 0 ? [] : ['', ...problems, `Next: openimis logs ${server}, openimis deploy ${server}`]),
  ].join('\n');
}

function maintenanceWords({ message, since, by }: NonNullable<ServerStatus['maintenance']>): string {
  return `of the new side since ${since} by ${harmless(by)}: ${harmless(message).replaceAll('\n', ' ')}`;
}

const modeWords = {
  shown: 'the legacy shows who is logged in',
  typed: 'this legacy (1.2.0) shows no login name, the typed one counts',
  unknown: 'nobody has logged in yet',
} as const;

function signOnWords({ signOn, signOnMode, keepOnLogin }: ServerStatus): string {
  if (signOn === 'application') return 'the application has its own login';
  const words = `the legacy login is carried over: ${modeWords[signOnMode ?? 'unknown']}`;
  if (!keepOnLogin) return words;
  const cost = signOnMode === 'typed' ? 'and so nobody can be signed on' : 'who plants a session can become its user';
  return `${words}; logins keep the visitor's session (keepOnLogin), ${cost}`;
}

/** Failed logins of this window, and whether somebody is slowed. */
function loginWords({ failures, window, slowedAddresses, siteIsSlowed, refused }: GuessingFigures): string {
  const minutes = window % 60 === 0 ? `${window / 60} min` : `${window} s`;
  const waits = slowedAddresses === 1 ? '1 address waits' : `${slowedAddresses} addresses wait`;
  const site = siteIsSlowed ? ', new addresses are slowed: somebody tries passwords from many addresses' : '';
  return `${failures} failed within ${minutes}, ${waits}, ${refused} refused since the start${site}`;
}
