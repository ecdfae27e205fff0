import { describe, expect, it } from 'vitest';

import { renderStack } from '../../src/rendering/render-stack.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { stackOf, testServer } from '../stack/fixture.ts';
import { templates } from './compose-reading.ts';

describe('hash', () => {
  const hash = (stack: Stack): string => renderStack(stack, templates).hash;
  const first = hash(stackOf());

  it('is the same for the same deployment, whatever its number', () => {
    for (const revision of [2, 7, 8, 9, 100]) expect(hash(stackOf({}, { revision }))).toBe(first);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a secret', stackOf({}, { secretsHash: '3333333333333333' })],
    ['a pin', stackOf({}, { pinsHash: '3333333333333333' })],
    ['an image', stackOf({}, { images: { gateway: 'g:1', rabbitmq: 'r:1', frontend: 'f:1', backend: 'b:1', ibackend: 'i:1', worker: 'b:1' } })], // prettier-ignore
    ['the database', stackOf({ database: { ...testServer.database, name: 'OTHER' } })],
    ['a port', stackOf({ gateway: { ...testServer.gateway, https: 8443 } })],
    ['a component', stackOf({ components: { frontend: {}, backend: {} } })],
    ['the subnet', stackOf({}, { subnet: '172.16.6.0/24' })],
    ['the interval', stackOf({ healthInterval: 11 })],
  ])('changes with %s', (_what, stack) => {
    expect(hash(stack)).not.toBe(first);
  });

  it('does not change with what only the gateway reads: that is a reload', () => {
    const elsewhere = stackOf({ legacy: { ip: '203.0.113.11', url: 'http://203.0.113.11/' } });
    expect(renderStack(elsewhere, templates).gateway).not.toEqual(renderStack(stackOf(), templates).gateway);
    expect(hash(elsewhere)).toBe(first);
  });

  it('changes with a template', () => {
    const changed = new Map(templates).set('compose/serve.py', `${templates.get('compose/serve.py')}#\n`);
    expect(renderStack(stackOf(), changed).hash).not.toBe(first);
  });
});
