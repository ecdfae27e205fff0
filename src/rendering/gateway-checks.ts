import { isIP, isIPv4 } from 'node:net';

import { Failure } from '../failure.ts';
import { directoryProblem, emailProblem, pemProblem } from '../workspace/certificate-values.ts';
import type { GatewayPlan, LegacyTarget } from '../stack/stack.ts';
import { certificateProblem } from '../workspace/certificate.ts';
import { networkProblem } from '../workspace/values.ts';
import { successorProblem } from '../workspace/cutover-values.ts';

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i;
const directory = /^\/([A-Za-z0-9._~-]+\/)*$/;
const routePath = /^\/([A-Za-z0-9_-]+(\.[A-Za-z0-9]+)?\/?)*$/;

/**
 * nginx cannot escape `$` and a header cannot hold a line break, so every value of the plan must have its exact shape before
 * anything is written. Throws WORKSPACE_INVALID naming the value.
 */
export function checkGatewayPlan(plan: GatewayPlan): void {
  expect(/^[a-z](-?[a-z0-9])*$/.test(plan.server) && plan.server.length <= 32, "the server's name", plan.server);
  expect(plan.cookie === `__Host-openimis-${plan.server}`, "the cookie's name", plan.cookie);
  expect(isHost(plan.dns), 'gateway.dns', plan.dns);
  expect(plan.names.length > 0, 'the list of names', 'empty');
  for (const name of plan.names)
    expect(isHost(name) && !name.includes('%') && name === name.toLowerCase(), 'a name of gateway.otherNames', name);
  expectPort('gateway.http', plan.httpPort);
  expectPort('gateway.https', plan.httpsPort);
  const { acme } = plan.certificate;
  if (acme !== undefined) {
    expect(directoryProblem(acme.directory) === undefined, 'gateway.acme.directory', acme.directory);
    expect(acme.email === undefined || emailProblem(acme.email) === undefined, 'gateway.acme.email', acme.email ?? '');
    const { directoryCa: ca } = acme;
    expect(ca === undefined || pemProblem(ca) === undefined, 'gateway.acme.directoryCa', ca ?? '');
  }
  for (const bank of plan.banks)
    for (const component of [bank.frontend, bank.backend, bank.ibackend]) {
      expect(Number.isInteger(bank.index) && bank.index >= 0 && bank.index < 8, 'the address bank', bank.index);
      expect(isIPv4(component.address), `an address of bank ${bank.index}`, component.address);
      expectPort(`a port of bank ${bank.index}`, component.port);
    }
  for (const route of plan.routes) {
    expect(routePath.test(route.path), `the path of route ${route.name}`, route.path);
    if (route.targetPath !== undefined)
      expect(routePath.test(route.targetPath), `the target path of route ${route.name}`, route.targetPath);
  }
  const { guessing, trustedProxies } = plan.protection;
  for (const network of guessing.offices)
    expect(networkProblem(network) === undefined, 'an address of gateway.guessing.offices', network);
  for (const network of trustedProxies)
    expect(networkProblem(network) === undefined, 'an address of gateway.trustedProxies', network);
  for (const { page, to } of plan.cutover) {
    expect(/^[a-z0-9][a-z0-9_-]*\.aspx$/.test(page), 'a page of gateway.cutover', page);
    expect(successorProblem(to) === undefined, `where gateway.cutover sends ${page}`, to);
  }
  const { services, legacyCalls } = plan;
  if (legacyCalls !== undefined) {
    expect(isIP(legacyCalls.from) !== 0 && !legacyCalls.from.includes('%'), 'legacy.ip', legacyCalls.from);
    expect(routePath.test(legacyCalls.path), 'the path of GraphQL', legacyCalls.path);
  }
  for (const segment of services?.paths.flat() ?? [])
    expect(/^[a-z0-9_][a-z0-9._~-]*$/.test(segment), 'a path of gateway.services', segment);
  if (services?.host !== undefined)
    expect(
      isHost(services.host) && services.host === services.host.toLowerCase(),
      'gateway.services.host',
      services.host,
    );
  for (const [what, limit] of Object.entries(plan.audit))
    expect(Number.isInteger(limit) && limit > 0, `gateway.audit.${what}`, limit);
  for (const name of ['idle', 'absolute', 'grace'] as const) {
    const seconds = plan.session[name];
    expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400, `gateway.session.${name}`, seconds);
  }
  if (plan.legacy !== undefined) checkLegacy(plan.legacy);
}

function checkLegacy(legacy: LegacyTarget): void {
  const host = /^(.+?)(?::(\d{1,5}))?$/.exec(legacy.host);
  const name = host?.[1] ?? '';
  const isBracketed = /^\[(.*)\]$/.exec(name);
  expect(isBracketed ? isIP(isBracketed[1] ?? '') === 6 : isHost(name), "the legacy's host name", legacy.host);
  expectPort("the legacy's port", legacy.port);
  expect(directory.test(legacy.path), "the legacy's directory", legacy.path);
  if (legacy.tls === 'pin' || legacy.certificate !== undefined)
    expect(certificateProblem(legacy.certificate ?? '') === undefined, 'legacy.certificate', 'no certificate');
  switch (legacy.connectIs) {
    case 'address':
      return expect(isIP(legacy.connect) !== 0, 'legacy.ip', legacy.connect);
    case 'name':
      return expect(isHost(legacy.connect) && isIP(legacy.connect) === 0, 'legacy.dns', legacy.connect);
    case 'this-box':
      return expect(isHost(legacy.connect), "the name of the engine's box", legacy.connect);
  }
}

function isHost(value: string): boolean {
  return hostName.test(value) || isIP(value) !== 0;
}

function expectPort(what: string, port: number): void {
  expect(Number.isInteger(port) && port > 0 && port < 65_536, what, port);
}

function expect(holds: boolean, what: string, value: string | number): void {
  if (holds) return;
  const shown = JSON.stringify(String(value).slice(0, 80));
  throw new Failure('WORKSPACE_INVALID', `${what} is ${shown}, which the gateway cannot use`, [
    'correct it in openimis.yaml',
  ]);
}
