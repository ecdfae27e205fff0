import { recordAudit } from '../deployment/audit.ts';
import { certificateCommand, type CertificateState, lastLine, readCertificate } from '../deployment/certificate.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import type { DeploymentContext } from '../deployment/context.ts';
import { Failure } from '../failure.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { chooseServer } from './session.ts';
import { withEngine } from './with-engine.ts';

type DryRun = { readonly 'dry-run': boolean };

export type ShownCertificate = CertificateState & { readonly server: string };
export type Renewal = {
  readonly server: string;
  readonly done: boolean;
  readonly before: ShownCertificate;
  readonly after?: ShownCertificate;
};
export type SigningRequest = {
  readonly server: string;
  readonly name: string;
  /** PEM; absent in a dry run. */
  readonly csr?: string;
  readonly done: boolean;
};

async function withGateway<T>(
  { folder, name }: Pick<CommandRequest<unknown>, 'folder' | 'name'>,
  use: (context: DeploymentContext) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(folder);
  const { config } = workspace;
  const server = chooseServer(config, name);
  const secrets = await readSecrets(workspace.folder, server);
  return withEngine(async (engine) =>
    use(await openDeployment(engine, { config, folder: workspace.folder, name: server, secrets })),
  );
}

const shown = async (context: DeploymentContext): Promise<ShownCertificate> => ({
  server: context.server.name,
  ...(await readCertificate(context)),
});

/** What `openimis certs show` does. */
export async function showCertificate(request: CommandRequest<unknown>): Promise<ShownCertificate> {
  return withGateway(request, shown);
}

/** What `openimis certs renew` does: asks the authority now. @throws Failure CERTIFICATE_NOT_RENEWED */
export async function renewCertificate(request: CommandRequest<DryRun>): Promise<Renewal> {
  return withGateway(request, async (context) => {
    const before = await shown(context);
    const { name: server } = context.server;
    if (before.source !== 'acme')
      throw new Failure(
        'CERTIFICATE_NOT_RENEWED',
        before.source === 'files'
          ? `the certificate of ${server} was imported: nobody but you can renew it`
          : `the certificate of ${server} is the gateway's own, which makes the next one by itself`,
        [
          `openimis certs import ${server} --file FILE brings the next one`,
          'gateway.certificate: acme lets an authority renew it by itself (docs/certificates.md)',
        ],
      );
    if (request.flags['dry-run']) return { server, done: false, before };
    const { code, stderr } = await certificateCommand(context, ['renew'], { timeout: 540 });
    if (code !== 0)
      throw new Failure('CERTIFICATE_NOT_RENEWED', `${lastLine(stderr)}`, [
        'the certificate before still serves',
        `openimis certs show ${server}`,
        'openimis explain CERTIFICATE_NOT_RENEWED',
      ]);
    const after = await shown(context);
    await recordAudit(context, 'certificate-renewed', { serial: after.serial, until: after.validTo });
    return { server, done: true, before, after };
  });
}

/** What `openimis certs request` does: the key is made in the gateway and stays there. */
export async function requestCertificate(
  request: CommandRequest<DryRun & { readonly new: boolean }>,
): Promise<SigningRequest> {
  return withGateway(request, async (context) => {
    const { name: server, gateway } = context.server;
    const common = { server, name: gateway.dns };
    if (request.flags['dry-run']) {
      await readCertificate(context);
      return { ...common, done: false };
    }
    const { code, stdout, stderr } = await certificateCommand(context, [
      'request',
      ...(request.flags.new ? ['new'] : []),
    ]);
    if (code !== 0 || !stdout.includes('BEGIN CERTIFICATE REQUEST'))
      throw new Failure('CERTIFICATE_UNKNOWN', `the gateway made no signing request: ${lastLine(stderr)}`, [
        `openimis deploy ${server}`,
      ]);
    await recordAudit(context, 'certificate-requested', { name: gateway.dns });
    return { ...common, csr: stdout, done: true };
  });
}
