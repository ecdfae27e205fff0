import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly setCookies: readonly string[];
  readonly body: string;
};

export type Asked = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
};

/** One https request to the gateway; certificates are not the subject of these tests. */
export function ask(port: number, path: string, asked: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: asked.method ?? 'GET',
        headers: { ...asked.headers },
        rejectUnauthorized: false,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string | undefined>,
            setCookies: response.headers['set-cookie'] ?? [],
            body: Buffer.concat(chunks).toString('latin1'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(asked.body);
  });
}

/** One request over plain http. */
export function askPlainly(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  posted?: string,
): Promise<Omit<Answer, 'headers'> & { readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const method = posted === undefined ? 'GET' : 'POST';
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          setCookies: response.headers['set-cookie'] ?? [],
          body,
        }),
      );
    });
    request.on('error', reject);
    request.end(posted);
  });
}

/** Sends bytes as they are and returns everything that comes back until the gateway closes. */
export function askRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end after: ${text.slice(0, 200)}`)));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

/** A browser as far as cookies go: keeps what answers set. */
export type Visitor = {
  readonly cookies: Map<string, string>;
  ask(path: string, asked?: Asked): Promise<Answer>;
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  login(user?: string, password?: string, path?: string): Promise<Answer>;
};

export function openVisitor(port: number): Visitor {
  const cookies = new Map<string, string>();
  const visitor: Visitor = {
    cookies,
    ask: async (path, asked = {}) => {
      const header = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = header === '' ? { ...asked.headers } : { cookie: header, ...asked.headers };
      const answer = await ask(port, path, { ...asked, headers });
      for (const line of answer.setCookies) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/max-age=0/i.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
    post: (path, fields, headers = {}) =>
      visitor.ask(path, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    login: (user = 'admin', password = 'admin123', path = '/') =>
      visitor.post(path, { txtUserName: user, txtPassword: password, btnLogin: 'Login' }),
  };
  return visitor;
}

/** The value of a header in a list of raw headers; every one of them when it is there more than once. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase(),
  );
}
