import { request } from 'node:http';

import { expect, test } from 'vitest';

import { backendSettings } from '../../src/sandbox/stand-ins/applications/backend-settings.ts';
import { startBackend } from '../../src/sandbox/stand-ins/applications/start-backend.ts';

// Loopback has many addresses: 127.0.0.2 plays the gateway, 127.0.0.3 a stranger, the backend's own its health check.

test('MODE=PROD: https by the word of the trusted proxy or from the container itself, a redirect for anybody else', async () => {
  const backend = await startBackend(
    backendSettings({
      MODE: 'PROD',
      OPENIMIS_LISTEN: '127.0.0.4:0',
      OPENIMIS_TRUSTED_PROXY: '127.0.0.2',
      DB_HOST: '127.0.0.1',
    }),
  );
  const ask = (from: string, proto?: string): Promise<number> => status(backend.port, from, proto);
  try {
    expect(await ask('127.0.0.2', 'https')).toBe(200);
    expect(await ask('127.0.0.2')).toBe(301);
    expect(await ask('127.0.0.3', 'https')).toBe(301);
    expect(await ask('127.0.0.4')).toBe(200);
  } finally {
    await backend.close();
  }
});

function status(port: number, localAddress: string, proto: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/html', ...(proto === undefined ? {} : { 'x-forwarded-proto': proto }) };
    const call = request({ host: '127.0.0.4', port, localAddress, path: '/api/graphql', headers, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.end();
  });
}
