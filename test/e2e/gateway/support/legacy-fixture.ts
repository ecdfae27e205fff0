import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export type SeenRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawHeaders: readonly string[];
};

/** A legacy in this process that a test can make slow, silent or hostile. Its manners are those of domain.md section 2. */
export type LegacyFixture = {
  readonly port: number;
  readonly seen: SeenRequest[];
  readonly sessions: Map<string, { user?: string }>;
  /** Replaces the text of the element that names the user. */
  nameText: ((user: string) => string) | undefined;
  /** Milliseconds before Home.aspx answers. */
  homeDelay: number;
  /** Closes every connection without an answer. */
  silent: boolean;
  /** Shows the form again to a login without a session of its own. */
  needsSession: boolean;
  /** Answers Home.aspx instead. */
  home: ((response: ServerResponse) => void) | undefined;
  /** Answers every request instead. */
  everything: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
};

const passwords = new Map([
  ['admin', { name: 'Admin', password: 'admin123' }],
  ['nurse', { name: 'Nurse', password: 'nurse-1' }],
]);

export async function startLegacy(address: string, tls?: { key: string; cert: string }): Promise<LegacyFixture> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // A request that was cut while its body was awaited has no answer.
    answer(fixture, request, response).catch(() => response.destroy());
  };
  const server =
    tls === undefined
      ? createServer({ keepAliveTimeout: 60_000 }, listener)
      : createTlsServer({ keepAliveTimeout: 60_000, ...tls }, listener);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const fixture: LegacyFixture = {
    port: (server.address() as AddressInfo).port,
    seen: [],
    sessions: new Map(),
    nameText: undefined,
    homeDelay: 0,
    silent: false,
    needsSession: false,
    home: undefined,
    everything: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fixture;
}

async function answer(fixture: LegacyFixture, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  const headers = request.headers as Record<string, string | undefined>;
  fixture.seen.push({ method, url, headers, rawHeaders: request.rawHeaders });
  if (fixture.silent) return void request.socket.destroy();
  if (fixture.everything !== undefined) return fixture.everything(response);
  const [path = '', query = ''] = url.split('?');
  const names = decoded(path).replaceAll('\\', '/').toLowerCase().split('/').filter(isName);
  // Windows ignores dots and blanks at the end of a name.
  const page = names[0]?.replace(/[. ]+$/, '') ?? 'default.aspx';
  const known = /(?:^|;\s*)asp\.net_sessionid=([^;]*)/i.exec(headers['cookie'] ?? '')?.[1];
  const send = (
    status: number,
    type: string,
    body: string | Buffer,
    extra: Record<string, string | string[]> = {},
  ): void => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...extra }).end(body);
  };
  const redirect = (location: string, cookies: string[] = []): void =>
    send(302, 'text/html', 'moved', { location, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) });
  const openSession = (): { id: string; cookies: string[] } => {
    const id = known ?? randomBytes(12).toString('hex');
    if (!fixture.sessions.has(id)) fixture.sessions.set(id, {});
    return { id, cookies: known === undefined ? [`ASP.NET_SessionId=${id}; path=/; HttpOnly`] : [] };
  };

  if (page === 'upload.aspx') {
    let size = 0;
    for await (const chunk of request) size += (chunk as Buffer).length;
    return send(200, 'text/plain', String(size));
  }
  const body = await bodyOf(request);
  if (page === 'default.aspx') {
    if (method !== 'POST')
      return send(200, 'text/html', '<input name="txtUserName" />', { 'set-cookie': openSession().cookies });
    const fields = new Map([...new URLSearchParams(body)].map(([name, value]) => [name.toLowerCase(), value]));
    if (fixture.needsSession && (known === undefined || !fixture.sessions.has(known)))
      return send(200, 'text/html', '<input name="txtUserName" />', { 'set-cookie': openSession().cookies });
    const session = openSession();
    if (fields.get('__eventargument') === 'SaveOfflineHFID') return redirect('/Home.aspx', session.cookies);
    const account = passwords.get((fields.get('txtusername') ?? '').trimEnd().toLowerCase());
    if (account === undefined || account.password !== fields.get('txtpassword'))
      return send(200, 'text/html', '<span id="lblMessage">wrong</span>', { 'set-cookie': session.cookies });
    fixture.sessions.set(session.id, { user: account.name });
    return redirect('/Home.aspx', [...session.cookies, 'CultureInfo=en; path=/']);
  }
  if (page === 'logout.aspx') {
    if (known !== undefined) fixture.sessions.delete(known);
    return redirect('/Default.aspx');
  }
  if (page === 'images') return send(200, 'image/png', 'PNG');
  if (page === 'absolute.aspx') return redirect(`http://${headers['host'] ?? ''}/Find.aspx?a=1`);
  if (page === 'elsewhere.aspx') return redirect('https://elsewhere.example/x');
  if (page === 'big.aspx') return send(200, 'application/octet-stream', Buffer.alloc(100_000_000, 7));
  if (page === 'echo.aspx') return send(200, 'application/json', JSON.stringify({ url, headers: request.rawHeaders }));
  if (headers['referer'] === undefined && new URLSearchParams(query).get('x') !== '1')
    return send(200, 'text/html', 'Redirected.htm');
  const user = known === undefined ? undefined : fixture.sessions.get(known)?.user;
  if (user === undefined) return redirect('/Default.aspx');
  if (page === 'home.aspx') {
    if (fixture.homeDelay > 0) await new Promise((resolve) => setTimeout(resolve, fixture.homeDelay));
    if (fixture.home !== undefined) return fixture.home(response);
    const text = fixture.nameText?.(user) ?? `Other Last (${user})`;
    return send(
      200,
      'text/html',
      `<span id="version">v1.4.1 (April 2020)</span><div id="UserGreeting">\r\n<span id="Body_L_CURRENTUSER">Welcome</span>\r\n` +
        `<span id="Body_txtCURRENTUSER">${text}</span>\r\n    </div>`,
    );
  }
  if (page === 'policy.aspx' && method === 'POST') return redirect('/Home.aspx');
  return send(200, 'text/html', `page ${page} of ${user}`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function isName(segment: string): boolean {
  return !['', '.', '..', 'x'].includes(segment);
}

function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
