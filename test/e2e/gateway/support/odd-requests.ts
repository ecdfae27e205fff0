/** Numbers that the same seed always gives in the same order (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const methods = ['GET', 'POST', 'POST', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE', 'PROPFIND', 'TRACE', 'get', 'X'];
const loginPaths = [
  '/',
  '/Default.aspx',
  '/default.ASPX',
  '/%44efault.aspx',
  '/Default.aspx/x',
  '//',
  '/?',
  '/Default.aspx?x=1',
];
const otherPaths = [
  ...[
    '/Home.aspx',
    '/Logout.aspx',
    '/logout',
    '/LegacyHome',
    '/keepLegacyAlive',
    '/photos/a.jpg',
    '/Download.aspx?f=x',
  ],
  ...['/front/', '/front/logout', '/iapi/', '/iapi/graphql', '/api/', '/openimis/health', '/ForgotPassword.aspx'],
  ...['/EnterNewPassword.aspx', '/Manual/IMIS_manual.pdf', '/.well-known/acme-challenge/x', '*'],
];
/** What parsers stumble over: half escapes, other encodings, patterns of Lua, ends of names of Windows. */
const oddities = [
  ...[
    '%',
    '%%',
    '%zz',
    '%u',
    '%u0041',
    '%uZZZZ',
    '%00',
    '%0d%0a',
    '%2e',
    '%2f',
    '%5c',
    '%ff%fe',
    '%c0%af',
    '%e2%80%ae',
  ],
  ...[
    '..',
    './',
    '\\',
    '//',
    ';',
    ':',
    '::$DATA',
    '~1',
    '(',
    ')',
    '[',
    ']',
    '(S(x))',
    '.',
    '...',
    ' ',
    '\t',
    '+',
    '&',
    '=',
    '#',
  ],
  ...[
    '?',
    '*',
    '^',
    '$',
    '-',
    "'",
    '"',
    '<',
    '>',
    '{',
    '}',
    '|',
    '`',
    '\x7f',
    '\x01',
    '\xa0',
    '\xff',
    'ä',
    '%s%d',
    '%1',
    'A'.repeat(300),
  ],
];
const names = ['txtUserName', 'TXTUSERNAME', 'txtPassword', 'btnLogin', '__VIEWSTATE', '__EVENTARGUMENT', 'x', ''];
const cookieNames = [
  ...['ASP.NET_SessionId', 'asp.net_sessionid', 'CultureInfo', '__Host-openimis-test', '__Host-openimis-test-return'],
  ...['__HOST-OPENIMIS-TEST', 'sessionid', 'csrftoken', 'JWT', '', 'a'],
];
const cookieValues = [
  ...[
    '',
    '=',
    'a',
    'inventedsessionidentifie',
    '1.....',
    '1.QQ.aa.1.2.bb',
    `1.${'A'.repeat(200)}.b.99999999999999999999.1.x`,
  ],
  ...['%zz', '"x"', '1.QWRtaW4.x.-1.1.y', '%2ffront%2f', '//evil', 'x'.repeat(2000)],
];
const headerNames = [
  ...[
    'Origin',
    'Referer',
    'Sec-Fetch-Mode',
    'Sec-Fetch-Site',
    'Accept',
    'Authorization',
    'Remote-User',
    'X-Forwarded-For',
  ],
  ...[
    'X-HTTP-Method-Override',
    'Expect',
    'Range',
    'If-None-Match',
    'Accept-Encoding',
    'Content-Type',
    'Upgrade',
    'TE',
    'X',
  ],
];
const headerValues = [
  ...[
    '',
    'null',
    'navigate',
    'cross-site',
    'cors',
    'text/html',
    'Basic',
    'Basic ====',
    'Basic YTpi',
    'Basic Og==',
    'Bearer x',
  ],
  ...[
    'https://evil.example',
    'https://',
    'http://[::1',
    '100-continue',
    'bytes=0-',
    'multipart/form-data',
    'websocket',
    'trailers',
  ],
  ...['application/x-www-form-urlencoded; charset=ibm500', 'text/plain', '\x80\xff', 'a'.repeat(3000)],
];
const hosts = ['127.0.0.1', 'new.example.org', 'x', '127.0.0.1:443', '[::1]', '', 'a'.repeat(200), 'x.example:99999'];

/** One request as bytes (latin1). Three of four go to the login page; nine of ten have a form that nginx lets pass. */
export function oddRequest(random: () => number): string {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const some = (most: number, make: () => string, between = ''): string =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make).join(between);
  const odd = (): string => one(oddities);
  let path = random() < 0.75 ? one(loginPaths) : one(otherPaths);
  if (random() < 0.4) path += some(2, odd);
  if (random() < 0.1) path = `/${odd()}${path}`;
  if (random() < 0.2) path += `?${some(3, () => `${one(names)}=${odd()}`, '&')}`;
  path = path.replace(/[^!-~\u0080-\u00ff]/g, (character) => (random() < 0.9 ? '+' : character));
  const method = one(methods);
  const body = some(4, () => `${one(names)}=${one(['Admin', 'nurse', 'admin123', '', odd()])}`, '&');
  const lines = [
    `${method} ${path} ${random() < 0.97 ? 'HTTP/1.1' : one(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', ''])}`,
  ];
  if (random() < 0.97) lines.push(`Host: ${random() < 0.8 ? '127.0.0.1' : one(hosts)}`);
  if (random() < 0.7)
    lines.push(
      `Cookie: ${some(5, () => `${one(cookieNames)}=${random() < 0.8 ? one(cookieValues) : odd()}`, one(['; ', ';', ' ; ', ';;']))}`,
    );
  for (let count = Math.floor(random() * 4); count > 0; count--)
    lines.push(`${one(headerNames)}: ${random() < 0.8 ? one(headerValues) : odd().replace(/[\r\n]/g, '')}`);
  const length = random();
  if (length < 0.85) lines.push(`Content-Length: ${body.length}`);
  else if (length < 0.93) {
    lines.push('Transfer-Encoding: chunked', 'Connection: close', '');
    return `${lines.join('\r\n')}\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  } else lines.push(`Content-Length: ${one(['-1', '0', '99999999999999999999', 'x', '', '1, 1', '3'])}`);
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`;
}
