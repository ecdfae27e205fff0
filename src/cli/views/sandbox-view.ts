import type { SetupStep } from '../../engines/docker/setup.ts';
import type { SandboxOutline } from '../../sandbox/sandbox-outline.ts';
import type { SandboxStatus } from '../../sandbox/sandbox-status.ts';
import { harmless, paint } from '../paint.ts';
import type { SandboxDownResult, SandboxUpResult } from '../run-sandbox.ts';
import { table } from '../table.ts';

const warning = 'THE SANDBOX: the legacy, the database and the applications are stand-ins, not openIMIS.';

/** What is installed before anything else happens. */
export function setupView(steps: readonly SetupStep[]): string {
  if (steps.length === 0) return 'this machine has everything that the sandbox needs';
  return ['this machine lacks something; the sandbox needs:', ...steps.map(({ title }) => `  ${harmless(title)}`)].join(
    '\n',
  );
}

export function sandboxUpView({ outline, report }: SandboxUpResult): string {
  if (outline !== undefined) return outlineView(outline);
  if (report === undefined) return 'nothing was changed';
  const { visit, gateway, legacy, users, password, apiUser } = report;
  return [
    paint('yellow', warning),
    '',
    'What a browser saw at the gateway:',
    table(visit.steps.map(({ what, path, answer }) => [`  ${what}`, path, harmless(answer)])),
    '',
    `Signed on as ${paint('bold', harmless(visit.signedOnAs))}: the legacy login was carried over to the new side.`,
    '',
    'Open in a browser (it warns of the self-signed certificate):',
    table([
      [`  ${paint('bold', gateway)}`, 'the gateway: log in with the legacy login page, then see /front/'],
      [`  ${legacy}`, 'the stand-in legacy itself, as users know it today'],
    ]),
    `Users: ${users.map(({ name, role }) => `${name} (${role})`).join(', ')}`,
    `Password of each: ${paint('bold', password)}   (also for ${apiUser} with Basic Auth on /api)`,
    'Next: openimis sandbox status, openimis sandbox down',
  ].join('\n');
}

function outlineView({ projects, folder }: SandboxOutline): string {
  return [
    'would start what does not run yet:',
    table(projects.map(({ name, what }) => [`  ${name}`, what])),
    'would build images that are not there yet: openimis-base, openimis-stand-in, openimis-gateway, openimis-rabbitmq',
    `would write its own workspace to ${folder}, and log in once through the gateway`,
    'nothing was changed. Next: openimis sandbox up',
  ].join('\n');
}

export function sandboxDownView({ plan, done }: SandboxDownResult): string {
  if (plan.nothingToDo) return 'there is no sandbox on this box';
  const verb = done ? 'removed' : 'would remove';
  return [
    `${verb} ${plan.containers.length} containers, ${plan.volumes.length} volumes and ${plan.folder}`,
    ...(done
      ? ['the images stay, so that the next sandbox starts in seconds: docker image ls "openimis-*"']
      : plan.projects.map((name) => `  ${name}`)),
  ].join('\n');
}

export function sandboxStatusView(status: SandboxStatus): string {
  if (status.containers.length === 0) return 'there is no sandbox on this box\nNext: openimis sandbox up';
  const { gateway = '-', legacy = '-', password = '-', legacyVersion = '-' } = status;
  return [
    paint('yellow', warning),
    table([
      ['gateway', gateway],
      ['legacy', `${legacy} (imitates ${legacyVersion})`],
      ['users', status.users.map(({ name }) => name).join(', ')],
      ['password', password],
    ]),
    '',
    table(
      status.containers.map(({ name, state, health }) => [name, state, health]),
      ['CONTAINER', 'STATE', 'HEALTH'],
    ),
    'Next: openimis sandbox down',
  ].join('\n');
}
