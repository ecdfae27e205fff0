import { describe, expect, it } from 'vitest';

import { legacyCallsPlan } from '../../src/stack/legacy-calls.ts';
import { risksOf } from '../../src/stack/risks.ts';
import { gatewayPorts, servicesPlan } from '../../src/stack/services.ts';
import type { Server, ServiceSettings } from '../../src/workspace/server.ts';
import { stackOf, testServer } from './fixture.ts';

const withServices = (services: ServiceSettings): Server => ({
  ...testServer,
  gateway: { ...testServer.gateway, services },
});

describe('services of the legacy for phones', () => {
  it('are compared in lower case, part by part', () => {
    const services = { paths: ['/Rest/v1/', '/ClaimService.asmx'], host: 'Phones.example.org' };
    expect(servicesPlan({ services })).toEqual({
      paths: [['rest', 'v1'], ['claimservice.asmx']],
      http: 'redirect',
      host: 'phones.example.org',
      ownPort: false,
    });
    expect(servicesPlan({})).toBeUndefined();
  });

  it('have a published port of their own when they ask for one, on the same interface', () => {
    const server = withServices({ paths: ['/rest/'], port: 8081 });
    const bound = { ...server, gateway: { ...server.gateway, address: '192.0.2.1' } };
    expect(gatewayPorts(bound).at(-1)).toEqual({ host: 8081, container: 8082, address: '192.0.2.1' });
    expect(gatewayPorts(testServer)).toHaveLength(2);
    const { base } = stackOf({ gateway: bound.gateway });
    expect(base.services[0]?.ports.map(({ host }) => host)).toEqual([80, 443, 8081]);
  });

  it.each([
    [{ paths: ['/rest/'] }, /sent to https, but what they sent first/],
    [{ paths: ['/rest/'], http: 'keep' }, /is answered by plain http on port 80 /],
    [
      { paths: ['/rest/', '/x.asmx'], port: 8081 },
      /, \/x\.asmx of the legacy are answered by plain http on port 8081 /,
    ],
    [{ paths: ['/rest/'], http: 'keep', port: 8081 }, /on port 80 and 8081 /],
  ] as const)('%j is a risk, in words', (services, words) => {
    expect(risksOf(withServices(services)).at(-1)).toMatch(words);
    expect(risksOf(withServices(services))).toHaveLength(risksOf(testServer).length + 1);
  });
});

describe("the legacy's own calls of GraphQL", () => {
  const server: Server = { ...testServer, gateway: { ...testServer.gateway, legacyCalls: { port: 8444 } } };

  it('are answered by the backend, or by a lone ibackend, to the address of the legacy only', () => {
    expect(legacyCallsPlan(server)).toEqual({ from: '203.0.113.10', target: 'backend', path: '/api/graphql' });
    expect(legacyCallsPlan({ ...server, components: { ibackend: {} } })).toMatchObject({ path: '/iapi/graphql' });
    expect(legacyCallsPlan(testServer)).toBeUndefined();
    expect(gatewayPorts(server).at(-1)).toEqual({ host: 8444, container: 8083 });
  });

  it('are a risk that names what to write into the legacy', () => {
    expect(risksOf(server).at(-1)).toContain('ModularGQLSource: https://new.example.org:8444/api/graphql');
  });
});
