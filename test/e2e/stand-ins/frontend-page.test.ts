import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startFrontend, type Frontend } from '../../../src/sandbox/stand-ins/applications/start-frontend.ts';

let browser: Browser;
let frontend: Frontend;
let front: Server;
let origin: string;
const name = `O'Brien <img src=x onerror="console.error('ran')">`;

/** Plays the gateway: /iapi says who is there, everything else is the frontend's. */
beforeAll(async () => {
  frontend = await startFrontend();
  front = createServer((request, response) => {
    if (request.url === '/iapi/core/users/current_user/') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ username: name, i_user: { other_names: 'Maeve', last_name: "O'Brien" } }));
      return;
    }
    fetch(`http://127.0.0.1:${frontend.port}${request.url ?? '/'}`).then(
      async (answer) => {
        response.setHeader('content-type', answer.headers.get('content-type') ?? '');
        response.end(Buffer.from(await answer.arrayBuffer()));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  front.close();
  await frontend.close();
});

test('a real browser sees who is signed on, without an error and without asking anybody else', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => !request.url().startsWith(origin) && elsewhere.push(request.url()));
  await page.goto(`${origin}/front/claim/healthFacilities`);
  await expect.poll(() => page.textContent('#who')).toBe(name);
  expect(await page.textContent('#more')).toBe("Maeve O'Brien");
  expect(await page.textContent('body')).toContain('This is a stand-in, not openIMIS');
  expect(await page.textContent('#path')).toBe('/front/claim/healthFacilities');
  expect({ errors, elsewhere }).toEqual({ errors: [], elsewhere: [] });
  await page.close();
});
