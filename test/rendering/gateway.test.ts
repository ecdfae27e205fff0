import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Failure } from '../../src/failure.ts';
import { packageRoot } from '../../src/package-root.ts';
import { fill } from '../../src/rendering/gateway-template.ts';
import { renderGateway } from '../../src/rendering/gateway.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import { protectionOf } from '../../src/stack/protection.ts';
import type { GatewayPlan, LegacyTarget } from '../../src/stack/stack.ts';

const templates = await loadTemplates(packageRoot(), ['gateway']);

const legacy: LegacyTarget = {
  scheme: 'http',
  connect: '203.0.113.10',
  connectIs: 'address',
  port: 80,
  host: 'imistest.hib.gov.np',
  path: '/',
};

const plan: GatewayPlan = {
  server: 'test',
  dns: 'new.example.org',
  names: ['new.example.org', '192.0.2.1', '2001:db8::1'],
  httpPort: 80,
  httpsPort: 8443,
  certificate: { source: 'self-signed' },
  signOn: 'legacy',
  adminPages: 'closed',
  legacy,
  routes: [
    { name: 'legacy', path: '/', target: 'legacy', access: 'anybody' },
    { name: 'front', path: '/front/', target: 'frontend', access: 'signed-on', targetPath: '/' },
    { name: 'iapi', path: '/iapi/', target: 'backend', access: 'signed-on', targetPath: '/api/' },
    { name: 'api', path: '/api/', target: 'backend', access: 'basic' },
    { name: 'photos', path: '/photos/', target: 'legacy', access: 'signed-on' },
    { name: 'logout', path: '/logout', target: 'gateway', access: 'anybody' },
    { name: 'keep-alive', path: '/keepLegacyAlive', target: 'legacy', access: 'anybody' },
    { name: 'legacy-home', path: '/LegacyHome', target: 'legacy', access: 'anybody' },
    { name: 'health', path: '/openimis/health', target: 'gateway', access: 'anybody' },
  ],
  banks: Array.from({ length: 8 }, (_, index) => ({
    index,
    frontend: { address: `10.90.4.${8 + index}`, port: 5000 },
    backend: { address: `10.90.4.${72 + index}`, port: 8000 },
    ibackend: { address: `10.90.4.${136 + index}`, port: 8000 },
  })),
  cookie: '__Host-openimis-test',
  protection: protectionOf({ guessing: { offices: ['203.0.113.0/24'] }, trustedProxies: ['10.0.0.1'] }),
  cutover: [{ page: 'claim.aspx', to: '/front/claim/healthFacilities', users: ['admin'] }],
  audit: { days: 365, megabytes: 512 },
  sandbox: false,
  session: { idle: 3600, absolute: 43_200, grace: 600, keepOnLogin: false },
  home: 'legacy',
};

function withoutLegacy({ legacy: _, ...rest }: GatewayPlan): GatewayPlan {
  return rest;
}

function file(name: string, of: GatewayPlan = plan): string {
  return renderGateway(of, templates).find(({ path }) => path === name)?.content ?? '';
}

describe('renderGateway', () => {
  for (const name of [
    'servers/https.conf',
    'servers/http.conf',
    'servers/unknown-host.conf',
    'names.conf',
    'upstreams.conf',
    'addresses.conf',
    'data.json',
    'certificate-names',
  ])
    it(`${name} is as in the golden file`, async () => {
      await expect(file(name)).toMatchFileSnapshot(`gateway-golden/${name.replace('/', '-')}.txt`);
    });

  it('copies every other file of templates/gateway as it is, and no template', () => {
    const files = renderGateway(plan, templates);
    for (const [path, content] of templates)
      if (!path.endsWith('.eta')) expect(files).toContainEqual({ path: path.slice('gateway/'.length), content });
    expect(files.filter(({ path }) => path.endsWith('.eta'))).toEqual([]);
  });

  it('has no legacy route, upstream or check without a legacy', () => {
    const routes = plan.routes.filter(({ name }) => ['front', 'iapi', 'api', 'health'].includes(name));
    const alone: GatewayPlan = { ...withoutLegacy(plan), signOn: 'application', routes };
    expect(renderGateway(alone, templates).map(({ path }) => path)).not.toContain('servers/legacy-check.conf');
    expect(file('upstreams.conf', alone)).not.toContain('legacy');
    expect(file('servers/https.conf', alone)).toContain('return 302 /front/;');
    expect(file('servers/https.conf', alone)).not.toContain('$openimis_legacy;');
  });

  it('connects by address, by name at run time, or to this box', () => {
    const upstream = (part: Partial<LegacyTarget>): string =>
      file('upstreams.conf', { ...plan, legacy: { ...legacy, ...part } });
    expect(upstream({ connect: '2001:db8::1' })).toContain('server [2001:db8::1]:80;');
    expect(upstream({ connect: 'old.example.org', connectIs: 'name' })).not.toContain('upstream legacy');
    expect(upstream({ connect: 'host.docker.internal', connectIs: 'this-box' })).toContain('balancer_by_lua_block');
    expect(
      file('legacy-proxy.conf', { ...plan, legacy: { ...legacy, connect: 'old.example.org', connectIs: 'name' } }),
    ).toContain('set $openimis_legacy http://old.example.org:80;');
  });

  it('names every printed certificate: an address as address', () => {
    expect(file('certificate-names', { ...plan, names: ['new.example.org', '192.0.2.1', 'fe80::1'] })).toBe(
      'DNS:new.example.org,IP:192.0.2.1,IP:fe80::1\n',
    );
  });

  it('says where the certificate comes from, to a script that reads lines', () => {
    expect(file('certificate')).toBe('source=self-signed\nname=new.example.org\n');
    const directory = 'https://ca.example.org/acme/directory';
    const acme = { ...plan, certificate: { source: 'acme', acme: { directory, email: 'it@example.org' } } } as const;
    expect(file('certificate', acme)).toBe(
      `source=acme\nname=new.example.org\ndirectory=${directory}\nemail=it@example.org\n`,
    );
    expect(file('directory-ca.pem', acme)).toBe('');
  });

  it('asks in every route but the health page whether the name is known, and says so nowhere in a page of its own', () => {
    const withoutComments = file('servers/https.conf').replace(/^\s*#.*$/gm, '');
    const locations = withoutComments.split(/\n {4}location /).slice(1);
    const open = locations.filter((text) => !/include (known-host|application)\.conf;/.test(text));
    expect(open.map((text) => text.split(' {')[0])).toEqual(['@failed', '@unknown-host', '= /openimis/health']);
    expect(file('application.conf')).toContain('include known-host.conf;');
  });

  it('never answers 301, and never sends headers that break the legacy pages', () => {
    const text = renderGateway(plan, templates)
      .filter(({ path }) => path.endsWith('.conf'))
      .map(({ content }) => content.replace(/^\s*#.*$/gm, ''))
      .join('\n');
    expect(text).not.toMatch(/\b301\b|permanent|Referrer-Policy|X-Frame-Options|underscores_in_headers on/);
  });
});

describe('hostile values', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '$',
      '${x}',
      '$$',
      '"',
      "'",
      ';',
      '{',
      '}',
      '\n',
      '\r\nX: y',
      '#',
      '\\',
      ' ',
      '\0',
      'a b',
      'é',
      'x'.repeat(10_000),
    ),
    fc.tuple(fc.string(), fc.constantFrom('$', ';', '{', '\n', '"', ' '), fc.string()).map((parts) => parts.join('')),
  );
  const places: Readonly<Record<string, (value: string) => GatewayPlan>> = {
    server: (value) => ({ ...plan, server: value, cookie: `__Host-openimis-${value}` }),
    cookie: (value) => ({ ...plan, cookie: value }),
    dns: (value) => ({ ...plan, dns: value }),
    'another name': (value) => ({ ...plan, names: ['new.example.org', value] }),
    'legacy host': (value) => ({ ...plan, legacy: { ...legacy, host: value } }),
    'legacy address': (value) => ({ ...plan, legacy: { ...legacy, connect: value } }),
    'legacy name': (value) => ({ ...plan, legacy: { ...legacy, connect: value, connectIs: 'name' } }),
    'legacy path': (value) => ({ ...plan, legacy: { ...legacy, path: value } }),
    'bank address': (value) => ({ ...plan, banks: [{ ...plan.banks[0]!, backend: { address: value, port: 8000 } }] }),
    'a page that was cut over': (value) => ({ ...plan, cutover: [{ page: value, to: '/front/' }] }),
    'its successor': (value) => ({ ...plan, cutover: [{ page: 'claim.aspx', to: `/front/${value}` }] }),
    'a path of services': (value) => ({ ...plan, services: { paths: [[value]], http: 'keep', ownPort: true } }),
    'the name of services': (value) => ({
      ...plan,
      services: { paths: [['rest']], http: 'keep', host: value, ownPort: true },
    }),
    'where the legacy calls from': (value) => ({
      ...plan,
      legacyCalls: { from: value, target: 'backend', path: '/api/graphql' },
    }),
    'route path': (value) => ({
      ...plan,
      routes: [{ name: 'front', path: value, target: 'frontend', access: 'signed-on' }],
    }),
    'target path': (value) => ({ ...plan, routes: [{ ...plan.routes[1]!, targetPath: value }] }),
  };
  for (const [place, plant] of Object.entries(places))
    it(`${place}: refused by name, or harmless where it is written`, () => {
      fc.assert(
        fc.property(hostile, (value) => {
          let files;
          try {
            files = renderGateway(plant(value), templates);
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
            expect((error as Failure).code).toBe('WORKSPACE_INVALID');
            return;
          }
          expect(value).toMatch(place === 'its successor' ? /^[!-~]*$/ : /^[A-Za-z0-9.:[\]/_~-]+$/);
          expect(JSON.parse(files.find(({ path }) => path === 'data.json')?.content ?? '')).toMatchObject({
            schema: 1,
          });
        }),
        { numRuns: 300 },
      );
    });

  it('settings of an authority that a shell would read as more are refused', () => {
    const directory = 'https://ca.example.org/dir';
    for (const acme of [
      { directory: `${directory}'` },
      { directory: 'https://$(id)/' },
      { directory: `${directory}\nemail=x` },
      { directory: 'http://ca.example.org/' },
      { directory, email: "a'@example.org" },
      { directory, email: 'a@example.org\nsource=files' },
      { directory, directoryCa: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' },
    ])
      expect(() => renderGateway({ ...plan, certificate: { source: 'acme', acme } }, templates)).toThrow(Failure);
  });

  it('ports that are no ports are refused', () => {
    for (const port of [0, -1, 65_536, 1.5, Number.NaN])
      for (const bad of [
        { ...plan, httpPort: port },
        { ...plan, httpsPort: port },
        { ...plan, legacy: { ...legacy, port } },
      ])
        expect(() => renderGateway(bad, templates)).toThrow(Failure);
  });
});

describe('fill', () => {
  it('throws on a name that is not given, instead of printing nothing', () => {
    expect(() => fill('<%~ it.nme %>', { name: 'x' })).toThrow(/nme is unknown/);
    expect(fill('<%~ it.name %>', { name: '$x' })).toBe('$x');
  });
});
