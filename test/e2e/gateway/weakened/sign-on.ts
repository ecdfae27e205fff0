import type { Replacement } from './weaken.ts';

const lua = (name: string, from: string, to: string): Replacement => ({ file: `lua/${name}.lua`, from, to });

const typed =
  'do ngx.req.read_body() ' +
  'local name = ngx.req.get_uri_args().txtUserName or ngx.req.get_post_args().txtUserName ' +
  'ngx.ctx.typed = type(name) == "table" and name[#name] or name end';

/** The name that was typed is the user, as in upstream's gateway. */
const beginsAsTyped: readonly Replacement[] = [
  lua('legacy', 'sign_on.begin(session)', 'sign_on.begin(session, ngx.ctx.typed)'),
  lua('sign_on', 'function sign_on.begin(session)', 'function sign_on.begin(session, typed)'),
  lua(
    'sign_on',
    'give(token.seal { user = "", hash = token.session_hash(session), issued = now, confirmed = 0 })',
    'give(token.seal { user = typed or "", hash = token.session_hash(session), issued = now, confirmed = now })',
  ),
];
const readsEveryPost = lua(
  'legacy',
  '  local carries_login = settings.signOn == "legacy"\n',
  `  local carries_login = settings.signOn == "legacy"\n  if method == "POST" then ${typed} end\n`,
);
const judgesLogin =
  'if ngx.ctx.login and ngx.status == 302 and is_success(location) then\n    local session = cookies.fresh_session()';
const anySession = '    local session = cookies.fresh_session() or cookies.read(ngx.var.http_cookie).session';
const cookieOverCheck = lua(
  'sign_on',
  '  if content.user ~= "" and user ~= content.user then\n    return nil\n  end\n  return math.max(at, content.confirmed), user',
  '  return math.max(at, content.confirmed), content.user ~= "" and content.user or user',
);
const noBinding = lua(
  'sign_on',
  'if not content or not crypto.equal(content.hash, token.session_hash(visitor.session)) then',
  'if not content then',
);
const noSessionNeeded = lua(
  'sign_on',
  '  if not visitor.own or not visitor.session then\n',
  '  visitor.session = visitor.session or "none"\n  if not visitor.own then\n',
);

/** Gateways that are wrong about who somebody is. */
export const signOnWeaknesses = {
  'believes-typed-name': [
    ...beginsAsTyped,
    lua('legacy', 'ngx.ctx.login = true\n', `ngx.ctx.login = true\n    ${typed}\n`),
  ],
  'believes-any-redirect': [
    ...beginsAsTyped,
    readsEveryPost,
    cookieOverCheck,
    lua('legacy', judgesLogin, `if ngx.ctx.typed and ngx.status == 302 then\n${anySession}`),
  ],
  'believes-any-answer': [
    ...beginsAsTyped,
    readsEveryPost,
    lua('legacy', judgesLogin, `if ngx.ctx.typed then\n${anySession}`),
  ],
  'keeps-session': [
    lua(
      'legacy',
      'cookies.without(header, cookies.hidden_from_login)',
      'cookies.without(header, cookies.hidden_from_legacy)',
    ),
  ],
  'knows-one-spelling': [
    lua(
      'iis_path',
      '  return segments[at] or "default.aspx"\n',
      '  local one = raw:match("^[^?]*")\n' +
        '  return (one == "/" or one == "/Default.aspx") and "default.aspx" or one == "/Home.aspx" and "home.aspx" or "?"\n',
    ),
  ],
  'trusts-legacy-session': [
    lua('sign_on', 'if not header or not header:find(settings.cookie, 1, true) then', 'if not header then'),
    lua(
      'sign_on',
      '  if not visitor.own or not visitor.session then\n    return nil\n  end\n',
      '  if not visitor.session then return nil end\n  if not token.open(visitor.own or "") then\n' +
        '    return { user = "", hash = token.session_hash(visitor.session), issued = ngx.time(), confirmed = 0 }, visitor\n  end\n',
    ),
  ],
  'passes-login-cookie': [
    lua(
      'sign_on',
      'local age = user == "" and math.huge or now - confirmed',
      'local age = user == "" and 0 or now - confirmed',
    ),
  ],
  'no-binding': [noBinding, noSessionNeeded],
  'no-mac': [
    noBinding,
    lua(
      'token',
      '  if #text > 512 then\n    return nil\n  end\n' +
        '  local payload, mac = text:match("^(1%.[%w_%-]*%.[%w_%-]+%.%d+%.%d+)%.([%w_%-]+)$")\n' +
        '  if not payload or not crypto.equal(mac, crypto.hash("sign-on", payload)) then\n',
      '  local payload = text:match("(1%.[%w_%-]*%.[%w_%-]+%.%d+%.%d+)")\n  if not payload then\n',
    ),
  ],
  'lenient-cookies': [
    lua('cookies', 'found[key] = count[key] == 1 and value or nil', 'found[key] = found[key] or value'),
    lua(
      'cookies',
      'local key = name == settings.cookie and name or name:lower()',
      'local key = name:lower() == settings.cookie:lower() and settings.cookie or name:lower()',
    ),
    lua(
      'sign_on',
      'not header:find(settings.cookie, 1, true)',
      'not header:lower():find(settings.cookie:lower(), 1, true)',
    ),
  ],
  'no-limits': [
    lua(
      'sign_on',
      'if content.issued > now + 60 or now - content.issued > at_most or revocations.has(content.hash) then',
      'if revocations.has(content.hash) then',
    ),
  ],
  'never-asks': [lua('sign_on', 'local trusted, waits_from = 40, 60', 'local trusted, waits_from = 1e9, 1e9')],
  'forgets-logouts': [lua('revocations', 'return revoked:get(hash) ~= nil', 'return false')],
  'grace-for-all': [lua('sign_on', 'return known == "down"', 'return true')],
  'endless-grace': [lua('sign_on', 'local grace = 600', 'local grace = 1e9')],
  'first-name-wins': [
    lua(
      'home_page',
      'function home_page.user(html)\n',
      `function home_page.user(html)\n  if true then return html:match('txtCURRENTUSER">[^(]*%(([^()<]*)%)') end\n`,
    ),
  ],
  'any-status': [
    lua('legacy_check', 'if length and #body < length then', 'if false then'),
    lua('legacy_check', 'if answer.status ~= 200 or answer.encoded then', 'if false then'),
    lua('legacy_check', 'local longest = 1048576', 'local longest = 1e8'),
  ],
} as const satisfies Readonly<Record<string, readonly Replacement[]>>;
