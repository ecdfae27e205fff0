import { request } from 'node:http';

import { hiddenFields } from '../../../../src/sandbox/browser.ts';
import { type LegacyUser, legacyUsers } from '../../../../src/sandbox/stand-ins/legacy-site/options.ts';
import { type LegacySite, startLegacySite } from '../../../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import type { SessionLimits } from '../../../../src/stack/stack.ts';
import { type ApplicationFixture, startApplication } from './application-fixture.ts';
import type { Answer, Visitor } from './client.ts';
import { openNetwork, type RunningGateway, startGateway } from './gateway-container.ts';
import { gatewayPlan, signedOnRoutes } from './plan.ts';

export const password = 'correct-horse';

/** The stand-in of legacy 1.2.0, which shows no login name, behind a gateway. */
export type World120 = {
  readonly gateway: RunningGateway;
  readonly site: LegacySite;
  readonly application: ApplicationFixture;
  close(): Promise<void>;
};

export async function openWorld120(options: { readonly session?: Partial<SessionLimits> } = {}): Promise<World120> {
  const network = await openNetwork();
  const application = await startApplication(network.address, 'application');
  // The clerk's family name reads like somebody's login name.
  const users = legacyUsers(password).map((user): LegacyUser =>
    user.loginName === 'clerk' ? { ...user, lastName: 'Gurung (Admin)' } : user,
  );
  const site = await startLegacySite({ version: '1.2.0', host: network.address, users });
  const legacy = { scheme: 'http', connect: network.address, connectIs: 'address', host: 'old.example.org' } as const;
  const plan = gatewayPlan(
    network.address,
    [{ frontend: application.port, backend: application.port, ibackend: application.port }],
    { ...options, routes: signedOnRoutes, legacy: { ...legacy, port: site.port, path: '/' } },
  );
  const gateway = await startGateway(network, plan, { bank: 0 });
  return {
    gateway,
    site,
    application,
    close: async () => {
      await gateway.remove();
      await Promise.all([site.close(), application.close()]);
      await network.remove();
    },
  };
}

/** The fields of a login as a browser sends them; the form is opened first. */
export async function loginFields(visitor: Visitor, name: string): Promise<Record<string, string>> {
  const form = await visitor.ask('/');
  return { ...hiddenFields(form.body), txtUserName: name, txtPassword: password, btnLogin: 'Login' };
}

export async function logIn(visitor: Visitor, name: string): Promise<Answer> {
  return visitor.post('/', await loginFields(visitor, name));
}

/** Logs in at the legacy itself, past the gateway, in a session of one's choice. */
export function logInDirectly(site: LegacySite, session: string, fields: Record<string, string>): Promise<number> {
  const body = new URLSearchParams(fields).toString();
  return new Promise((resolve, reject) => {
    const call = request(
      site.url,
      {
        method: 'POST',
        headers: {
          cookie: `ASP.NET_SessionId=${session}`,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
