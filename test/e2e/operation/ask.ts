import { request } from 'node:https';

export type Answer = { readonly status: number; readonly location: string | undefined; readonly body: string };

/** One GET at a port of this box, as to localhost. */
export function ask(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = { host: '127.0.0.1', port, path, headers: { host: `localhost:${port}`, ...headers } };
    const sent = request({ ...asked, agent: false, rejectUnauthorized: false, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
