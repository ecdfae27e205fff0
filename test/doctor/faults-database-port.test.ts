import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

import { describe, expect, test } from 'vitest';

import { closeServer, listen, trackSockets } from '../../src/sandbox/stand-ins/listening.ts';
import { openBlackHole } from './support/black-hole.ts';
import { complaints, reportFor, worldWith } from './support/world.ts';

const id = (name: string): string => `legacy-database/${name}`;

describe('the port', () => {
  const only = ['legacy-database'];

  test('refused: nothing listens', async () => {
    const server = createServer();
    const port = await listen(server, '127.0.0.1', 0);
    await closeServer(server, trackSockets(server));
    const report = await reportFor(worldWith({ host: '127.0.0.1', port }), only);
    expect(complaints(report)).toEqual([id('port: problem')]);
    expect(report.findings.find((one) => one.id === id('port'))?.found).toContain('refuses');
    expect(report.letter).toContain(`port ${port}`);
  });

  test('filtered: packets vanish, and the run ends on time', async () => {
    const hole = await openBlackHole();
    try {
      const started = performance.now();
      const report = await reportFor(worldWith({ host: '127.0.0.1', port: hole.port }, { timeout: 1 }), only);
      expect(performance.now() - started).toBeLessThan(2500);
      expect(complaints(report)).toEqual([id('port: problem')]);
      expect(report.findings.find((one) => one.id === id('port'))?.found).toContain('packets vanish');
      expect(report.letter).toContain('from 127.0.0.1 to 127.0.0.1');
    } finally {
      hole.close();
    }
  });

  test('a named instance elsewhere: SQL Browser names its port', async () => {
    const browser = createSocket('udp4');
    const text = 'ServerName;WIN;InstanceName;IMIS;IsClustered;No;Version;12.0.2000.8;tcp;49172;;';
    const answer = Buffer.concat([Buffer.from([5, text.length & 0xff, text.length >> 8]), Buffer.from(text)]);
    browser.on('message', (_, from) => browser.send(answer, from.port, from.address));
    await new Promise<void>((resolve) => browser.bind(0, '127.0.0.1', resolve));
    const server = createServer();
    const port = await listen(server, '127.0.0.1', 0);
    await closeServer(server, trackSockets(server));
    try {
      const world = worldWith({ host: '127.0.0.1', port }, { browserPort: browser.address().port });
      const report = await reportFor(world, only);
      const finding = report.findings.find((one) => one.id === id('port'));
      expect(finding?.found).toContain('IMIS on port 49172');
      expect(finding?.fix[0]).toContain('database.port: 49172');
      // The other side need not do anything.
      expect(report.letter).toBeUndefined();
    } finally {
      browser.close();
    }
  });
});
