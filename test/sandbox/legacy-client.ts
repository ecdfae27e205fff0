import { request } from 'node:http';

import { startLegacySite, type LegacySite } from '../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { legacyUsers, type LegacySiteOptions } from '../../src/sandbox/stand-ins/legacy-site/options.ts';

export type Reply = {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly setCookies: readonly string[];
};

export type Ask = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Form fields in order; makes the request a POST. */
  readonly form?: readonly (readonly [string, string])[];
};

/** A client that follows nothing and keeps its cookies. */
export type Client = {
  readonly cookies: Map<string, string>;
  ask(path: string, ask?: Ask): Promise<Reply>;
  /** Opens the login page, sends its form back with these values. */
  logIn(user: string, password: string, more?: readonly (readonly [string, string])[]): Promise<Reply>;
};

export function clientOf(url: string, cookies = new Map<string, string>()): Client {
  const ask = (path: string, { method, headers = {}, form }: Ask = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const body =
        form === undefined ? undefined : new URLSearchParams(form.map(([n, v]): [string, string] => [n, v])).toString();
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const call = request(new URL(path, url), {
        method: method ?? (form === undefined ? 'GET' : 'POST'),
        agent: false,
        headers: {
          ...(jar === '' ? {} : { cookie: jar }),
          ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
      });
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const setCookies = response.headers['set-cookie'] ?? [];
          for (const line of setCookies) {
            const [pair = ''] = line.split(';');
            cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
          }
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            body: bytes.toString('utf8'),
            bytes,
            headers: response.headers,
            setCookies,
          });
        });
      });
      call.end(body);
    });
  return {
    cookies,
    ask,
    logIn: async (user, password, more = []) => {
      const page = await ask(url);
      return ask(url, { form: [...hidden(page.body), ...credentials(user, password), ...more] });
    },
  };
}

export const credentials = (user: string, password: string): [string, string][] => [
  ['txtUserName', user],
  ['txtPassword', password],
  ['btnLogin', 'Login'],
];

/** Hidden fields of a page, to be sent back. */
export function hidden(html: string): [string, string][] {
  return [...html.matchAll(/<input type="hidden" name="([^"]*)"[^>]* value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  );
}

export const adminPassword = 'admin-sandbox';

/** Runs `use` against a stand-in that is closed afterwards. */
export async function withLegacy(
  options: LegacySiteOptions,
  use: (site: LegacySite, client: Client) => Promise<void>,
): Promise<void> {
  const site = await startLegacySite({ users: legacyUsers(), ...options });
  try {
    await use(site, clientOf(site.url));
  } finally {
    await site.close();
  }
}

/** The text of txtCURRENTUSER, undefined without the span. */
export function currentUser(html: string): string | undefined {
  return /<span id="[^"]*Body_txtCURRENTUSER">([^]*?)<\/span>/.exec(html)?.[1];
}
