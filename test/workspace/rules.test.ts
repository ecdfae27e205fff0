import { describe, expect, it } from 'vitest';

import { parseWorkspace, serverNames } from '../../src/workspace/parse.ts';
import { failureOf } from './failure-of.ts';

const parse = (text: string) => parseWorkspace(text, 'openimis.yaml');
const errors = (text: string) => failureOf(() => parse(text)).message;
const server = (body: string) => `version: 1\nservers:\n  test: ${body}\n`;

describe('rules between keys', () => {
  it.each([
    ['legacy without dns and ip', '{ legacy: {} }', 'servers.test.legacy: needs dns or ip'],
    ['legacy with a url only', '{ legacy: { url: "http://a/" } }', 'needs dns or ip'],
    ['url of another host', '{ legacy: { dns: a.b, url: "http://c.d/" } }', 'neither legacy.dns nor legacy.ip'],
    ['tls none with https', '{ legacy: { dns: a.b, url: "https://a.b/", tls: none } }', 'legacy.url is https'],
    ['tls verify with http', '{ legacy: { dns: a.b, tls: verify } }', 'legacy.url is not https'],
    [
      'a pin without certificate',
      '{ legacy: { dns: a.b, url: "https://a.b/", tls: pin } }',
      'the certificate (PEM) is missing',
    ],
    [
      'a certificate that is none',
      '{ legacy: { dns: a.b, url: "https://a.b/", tls: pin, certificate: x } }',
      'one certificate as PEM',
    ],
    ['localhost by name only', '{ legacy: { dns: localhost } }', 'ip: 127.0.0.1'],
    [
      'gateway named like the legacy, which has no address',
      '{ legacy: { dns: a.b }, gateway: { dns: A.b } }',
      'that needs legacy.ip',
    ],
    ['release and assembly', '{ release: "1.1.0", assembly: x, generation: "1.1" }', 'contradicts release'],
    ['release and generation', '{ release: "1.1.0", generation: "1.1" }', 'follows from release'],
    ['assembly alone', '{ assembly: x }', 'needs a generation'],
    ["Microsoft's driver without its licence", '{ odbc: { driver: microsoft } }', 'read its licence'],
    ['a licence for nothing', '{ odbc: { driver: freetds, licenceAccepted: 2026-11-25 } }', 'means nothing for'],
    ['worker alone', '{ components: { worker: {} } }', 'needs a backend or an ibackend'],
    ['no component', '{ components: {} }', 'lists nothing'],
    ['replicas of a frontend', '{ components: { frontend: { replicas: 2 } } }', 'replicas: unknown key'],
    ['own login, old frontend', '{ release: "1.3.0", gateway: { signOn: application } }', 'has no login page'],
    [
      'Basic Auth where React brings a token',
      '{ release: "24.10", gateway: { signOn: application, api: { auth: basic } } }',
      'React calls /api with a token of its own',
    ],
    ['one package, two names', '{ pins: { backend: { a_b: "1", A-b: "2" } } }', 'is the same package as a_b'],
    ['npm in a backend', '{ pins: { backend: { "@openimis/fe-core": "1" } } }', 'npm packages belong to the frontend'],
    ['PyPI in a frontend', '{ pins: { frontend: { openimis-be-core: "1" } } }', 'belongs to backend or ibackend'],
    ['subnet around the legacy', '{ legacy: { ip: 10.1.2.3 }, subnet: 10.1.2.0/24 }', 'could no longer reach it'],
    [
      'one page, two spellings',
      '{ legacy: { dns: a.b }, gateway: { cutover: { /Claim.aspx: { to: /front/ }, /claim.ASPX: { to: /front/x } } } }',
      'is the same page as /Claim.aspx',
    ],
    ['cutover without a legacy', '{ gateway: { cutover: { /Claim.aspx: { to: /front/ } } } }', 'this server has none'],
    [
      'cutover without new pages',
      '{ legacy: { dns: a.b }, gateway: { cutover: { /Claim.aspx: { to: /front/ } } }, components: { backend: {} } }',
      'no frontend is deployed',
    ],
    [
      'cutover for users that nobody knows',
      '{ legacy: { dns: a.b }, release: "1.4.1", gateway: { signOn: application, cutover: { /Claim.aspx: { to: /front/, users: [a] } } } }',
      'needs gateway.signOn: legacy',
    ],
    [
      'cutover of the login page',
      '{ legacy: { dns: a.b }, gateway: { cutover: { /default.ASPX: { to: /front/ } } } }',
      'nobody could log in',
    ],
    [
      'cutover to the legacy',
      '{ legacy: { dns: a.b }, gateway: { cutover: { /Claim.aspx: { to: /Claims.aspx } } } }',
      'begins with /front/',
    ],
    [
      'idle beyond absolute',
      '{ gateway: { session: { idle: 30, absolute: 20 } } }',
      'is longer than absolute (20 minutes)',
    ],
    ['more than a day', '{ gateway: { session: { absolute: 1441 } } }', 'from 1 to 1440'],
    ['home without a frontend', '{ gateway: { home: front }, components: { backend: {} } }', 'no frontend is deployed'],
    [
      'home, own login',
      '{ release: "1.4.1", gateway: { home: front, signOn: application } }',
      'needs `signOn: legacy`',
    ],
    ['acme without its settings', '{ gateway: { certificate: acme } }', 'needs acme beside it'],
    ['acme without a yes', '{ gateway: { acme: { agreeToTerms: false } } }', 'must be one of: true'],
    ['a directory without https', '{ gateway: { acme: { agreeToTerms: true, directory: "http://a.b/" } } }', 'https'],
    ['a directory with a quote', `{ gateway: { acme: { agreeToTerms: true, directory: "https://a.b/'" } } }`, 'ACME'],
    ['an e-mail that is none', '{ gateway: { acme: { agreeToTerms: true, email: "$(id)@a.b" } } }', 'e-mail'],
    ['a key as certificate', '{ gateway: { acme: { agreeToTerms: true, directoryCa: x } } }', 'is not PEM'],
    ['another name with a port', '{ gateway: { otherNames: ["192.0.2.1:443"] } }', 'without a port'],
    [
      'services that hold the login',
      '{ legacy: { ip: 192.0.2.1, url: "http://192.0.2.1/imis/" }, gateway: { services: { paths: [/IMIS/] } } }',
      'its login among them',
    ],
    ['services without a legacy', '{ gateway: { services: { paths: [/rest/] } } }', 'this server has none'],
    [
      'services by a name of the gateway',
      '{ legacy: { dns: a.b }, gateway: { dns: n.org, services: { paths: [/rest/], host: N.org } } }',
      'leave it out',
    ],
    [
      'services on a port of the gateway',
      '{ legacy: { dns: a.b }, gateway: { services: { paths: [/rest/], port: 443 } } }',
      'is a port of the gateway already',
    ],
    [
      'a page as a service',
      '{ legacy: { dns: a.b }, gateway: { services: { paths: [/Default.aspx] } } }',
      'stay on https',
    ],
    [
      'a path of the gateway as a service',
      '{ legacy: { dns: a.b }, gateway: { services: { paths: [/api/x] } } }',
      'is a path of the gateway itself',
    ],
    [
      'services everywhere',
      '{ legacy: { dns: a.b }, gateway: { services: { paths: [/] } } }',
      'is a path of the legacy for programs',
    ],
    [
      'calls of a legacy on this box',
      '{ legacy: { ip: 127.0.0.1 }, gateway: { legacyCalls: { port: 8444 } } }',
      'the address of another box',
    ],
    [
      'calls of a legacy without GraphQL',
      '{ legacy: { ip: 192.0.2.1 }, gateway: { legacyCalls: { port: 8444 } }, components: { frontend: {} } }',
      'no GraphQL is deployed',
    ],
    [
      'calls of a legacy on a port of the gateway',
      '{ legacy: { ip: 192.0.2.1 }, gateway: { legacyCalls: { port: 443 } } }',
      'take another',
    ],
    ['one port for both', '{ gateway: { http: 443 } }', 'http and https have the same port'],
  ])('%s', (_what, body, part) => expect(errors(server(body))).toContain(part));

  it.each([
    '{ generation: "1.0" }',
    '{ assembly: "https://example.org/be.git@v1", generation: "1.3" }',
    '{ legacy: { ip: "2001:DB8::1", url: "http://[2001:db8::1]:8080/imis" } }',
    '{ legacy: { dns: A.b, ip: 127.0.0.1, url: "https://a.b/" } }',
    '{ release: "1.3.0", gateway: { signOn: application }, components: { backend: {} } }',
    '{ release: "1.4.1", gateway: { signOn: application } }',
    '{ release: "24.10", gateway: { signOn: application, api: { auth: basic } }, components: { backend: {} } }',
    '{ release: "24.10", gateway: { api: { auth: basic, admin: open } } }',
    '{ components: { ibackend: {}, worker: {} } }',
    '{ legacy: { dns: a.b }, gateway: { cutover: { /Claim.aspx: { to: "/front/a?b=c", users: [a, "O\'Brien"] } }, audit: { days: 30 } } }',
    '{ gateway: { home: front, session: { idle: 20, absolute: 480, grace: 0, keepOnLogin: true } } }',
    '{ pins: { frontend: { "@a/b_c": "1", "@a/b-c": "1" } } }',
  ])('%s is fine', (body) => expect(serverNames(parse(server(body)))).toEqual(['test']));

  it('two servers cannot share the name of a gateway', () => {
    const text = 'version: 1\nservers:\n  a: { gateway: { dns: n.org } }\n  b: { gateway: { dns: N.org } }\n';
    expect(errors(text)).toContain('4:24: servers.b.gateway.dns: is also the name of server a');
    const others = `version: 1
servers:
  a: { gateway: { dns: n.org, otherNames: [N.org, 192.0.2.1] } }
  b: { gateway: { dns: m.org, otherNames: [o.org, 192.0.2.1] } }
`;
    expect(errors(others)).toBe(
      'openimis.yaml:4:51: servers.b.gateway.otherNames.1: is also the name of server a: browsers share cookies between ports, so each needs its own',
    );
  });
});
