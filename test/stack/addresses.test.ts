import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Failure } from '../../src/failure.ts';
import { addressesOf, bankOf, candidateSubnets, overlaps, subnetAround } from '../../src/stack/addresses.ts';

describe('addressesOf', () => {
  it('gives every network a quarter, fixed places and eight banks', () => {
    const { web, app, iapp, queue } = addressesOf('172.16.5.0/24');
    expect(web).toEqual({
      subnet: '172.16.5.0/26',
      range: '172.16.5.32/27',
      bridge: '172.16.5.1',
      fixed: '172.16.5.2',
      banks: [8, 9, 10, 11, 12, 13, 14, 15].map((place) => `172.16.5.${place}`),
    });
    expect([app.subnet, app.fixed, app.banks[7]]).toEqual(['172.16.5.64/26', '172.16.5.66', '172.16.5.79']);
    expect([iapp.subnet, iapp.fixed, iapp.banks[0]]).toEqual(['172.16.5.128/26', '172.16.5.130', '172.16.5.136']);
    expect([queue.subnet, queue.range, queue.fixed]).toEqual(['172.16.5.192/26', '172.16.5.224/27', '172.16.5.194']);
  });

  it('never gives an address twice, nor one of the dynamic half', () => {
    const networks = Object.values(addressesOf('10.89.7.0/24'));
    const fixed = networks.flatMap(({ bridge, fixed, banks }) => [bridge, fixed, ...banks]);
    expect(new Set(fixed).size).toBe(fixed.length);
    for (const { range } of networks) expect(fixed.filter((address) => overlaps(address, range))).toEqual([]);
  });

  it.each(['10.0.0.0/16', '10.0.0.1/24', '10.0.0/24', '300.1.1.0/24', 'fd00::/64', '', '10.1.2.0/24; drop'])(
    'refuses %j',
    (subnet) => {
      expect(() => addressesOf(subnet)).toThrow(Failure);
    },
  );
});

it('has a bank for every revision, the same one again after eight', () => {
  expect([0, 1, 7, 8, 15, 800].map(bankOf)).toEqual([0, 1, 7, 0, 7, 0]);
});

describe('overlaps', () => {
  it.each([
    ['10.0.0.0/24', '10.0.0.0/24', true],
    ['10.0.0.0/8', '10.200.3.0/24', true],
    ['10.200.3.0/24', '10.0.0.0/8', true],
    ['10.0.1.0/24', '10.0.0.0/24', false],
    ['10.0.0.255', '10.0.0.0/24', true],
    ['0.0.0.0/0', '192.0.2.0/24', true],
    ['255.255.255.0/24', '255.255.255.255', true],
    ['fd00::/8', '10.0.0.0/24', false],
    ['example.org', '10.0.0.0/24', false],
    ['10.0.0.0/33', '10.0.0.0/24', false],
    ['10.0.0.0/24/1', '10.0.0.0/24', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
  });

  it('is symmetric, and true exactly when one network holds the first address of the other', () => {
    const cidr = fc
      .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
      .map(([address, length]) => ({ text: `${address}/${length}`, length, value: numberOf(address) }));
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        const shorter = Math.min(a.length, b.length);
        const same = Math.floor(a.value / 2 ** (32 - shorter)) === Math.floor(b.value / 2 ** (32 - shorter));
        expect(overlaps(a.text, b.text)).toBe(same);
        expect(overlaps(b.text, a.text)).toBe(same);
      }),
    );
  });
});

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

describe('candidateSubnets', () => {
  it('gives the same list for the same name, and another for another', () => {
    expect(candidateSubnets('test', [])).toEqual(candidateSubnets('test', []));
    expect(candidateSubnets('test', [])[0]).not.toBe(candidateSubnets('qa', [])[0]);
    expect(candidateSubnets('test', []).length).toBeGreaterThan(40);
  });

  it('leaves Docker its default pools and keeps away from everything that is taken', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z](-?[a-z0-9]){0,8}$/),
        fc.array(fc.tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 })).map(([ip, length]) => `${ip}/${length}`)),
        (name, avoid) => {
          const candidates = candidateSubnets(name, avoid);
          expect(new Set(candidates).size).toBe(candidates.length);
          for (const candidate of candidates) {
            expect(() => addressesOf(candidate)).not.toThrow();
            const isOurs = overlaps(candidate, '172.16.0.0/16') || overlaps(candidate, '10.0.0.0/8');
            expect(isOurs).toBe(true);
            expect(avoid.some((taken) => overlaps(candidate, taken))).toBe(false);
          }
        },
      ),
    );
  });

  it('is empty when everything is taken', () => {
    expect(candidateSubnets('test', ['0.0.0.0/0'])).toEqual([]);
  });
});

it.each([
  ['203.0.113.10', '203.0.113.0/24'],
  ['imistest.hib.gov.np', undefined],
  ['::1', undefined],
])('around %s is %s', (address, expected) => {
  expect(subnetAround(address)).toBe(expected);
});
