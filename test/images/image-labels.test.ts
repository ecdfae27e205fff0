import { describe, expect, it } from 'vitest';

import type { Ecosystem } from '../../src/images/ecosystem.ts';
import { estimateOf } from '../../src/images/estimate.ts';
import { imageLabel, pinsLabel, readPinsLabel } from '../../src/images/image-labels.ts';
import { lockedBackend } from '../modules/lock/fixture.ts';

describe('the label with the pins', () => {
  it('is read as it was written', () => {
    const { modules, extra } = lockedBackend();
    expect(readPinsLabel(pinsLabel({ modules, extra }))).toEqual({
      modules: [
        ['openimis-be-core', '1.0.4'],
        ['openimis-be-claim', '0.0.16', '8f4e309d32632d2a8924b35cef05a4dc1ab39b5c'],
      ],
      extra: [['pandas', '2.2.3']],
    });
  });

  it.each([undefined, '', '[]', 'null', '{"modules":[]}', '{"modules":[["a"]],"extra":[]}', '{"modules":[["a","\\u001b"]],"extra":[]}'])('is not %j', (text) => {
    expect(readPinsLabel(text)).toBeUndefined();
  }); // prettier-ignore

  it('has names of its own', () => {
    expect(new Set(Object.values(imageLabel)).size).toBe(4);
  });
});

describe('the estimate', () => {
  const estimate: Ecosystem['estimate'] = (locked) => estimateOf(locked, 4);

  it('adds up what the registries said, and says what they did not', () => {
    expect(estimate(lockedBackend())).toEqual({ packages: 4, download: 3000, disk: 12_000, unknown: 2 });
  });
});
