import { chromium, type Browser, type Page } from 'playwright-core';

/** Debian's Chromium, without anything that it would do in the network by itself. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
}

/** A fresh browser profile; collects what a developer would see as errors. */
export async function withFreshPage(
  browser: Browser,
  use: (page: Page, errors: string[]) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await use(page, errors);
  } finally {
    await context.close();
  }
}

export async function logInAt(page: Page, gateway: string, user: string, password: string): Promise<void> {
  await page.goto(gateway);
  await page.fill('[name=txtUserName]', user);
  await page.fill('[name=txtPassword]', password);
  await page.click('[name=btnLogin]');
  await page.waitForLoadState('load');
}

/** Whom the new side sees, asked by a script of the page. */
export const who = (page: Page): Promise<{ status: number; body: string }> =>
  page.evaluate(async () => {
    const answer = await fetch('/iapi/core/users/current_user/');
    return { status: answer.status, body: await answer.text() };
  });
