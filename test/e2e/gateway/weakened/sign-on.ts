import type { Replacement } from './weaken.ts';

const lua = (name: string, from: string, to: string): Replacement => ({ file: `lua/${name}.lua`, from, to });

const typed =
  'do ngx.req.read_body() ' +
  'local name = ngx.req.get_uri_args().txtUserName or ngx.req.get_post_args().txtUserName ' +
  'ngx.ctx.typed = type(name) == "table" and name[#name] or name end';

/** The name that was typed is the user, as in upstream's gateway. */
const beginsAsTyped: readonly Replacement[] = [
  lua(
    'legacy',
    'sign_on.begin(session, context.proven)',
    'sign_on.begin(session, ngx.ctx.typed and { user = ngx.ctx.typed, at = ngx.time() })',
  ),
];
const readsEveryPost = lua(
  'legacy',
  '  refusals.check()\n  guessing.enter(raw)\n',
  `  if method == "POST" then ${typed} end\n  refusals.check()\n  guessing.enter(raw)\n`,
);
const judgesLogin =
  'if context.login and ngx.status == 302 and is_success(location) then\n    local session = cookies.fresh_session() or context.kept_session';
const anySession = '    local session = cookies.fresh_session() or cookies.read(ngx.var.http_cookie).session';
const cookieOverCheck = lua(
  'sign_on',
  '  elseif content.user ~= "" and user ~= content.user then\n    return nil\n',
  '  elseif content.user ~= "" then\n    user = content.user\n',
);
/** Otherwise an old cookie is refused as idle, whatever else is missing. */
const neverIdle = lua(
  'sign_on',
  'return now - (last or math.max(confirmed, content.issued)) > settings.session.idle',
  'return false',
);
const noBinding = lua(
  'own_cookie',
  'if not content or not crypto.equal(content.hash, token.session_hash(visitor.session)) then',
  'if not content then',
);
const noSessionNeeded = lua(
  'own_cookie',
  '  if not visitor.own or not visitor.session then\n',
  '  visitor.session = visitor.session or "none"\n  if not visitor.own then\n',
);

/** Gateways that are wrong about who somebody is. */
export const signOnWeaknesses = {
  'believes-typed-name': [
    ...beginsAsTyped,
    lua('legacy', 'ngx.ctx.login = true\n', `ngx.ctx.login = true\n  ${typed}\n`),
    // Until the legacy has shown a name, the login is carried over and asked about first.
    lua('legacy', 'if legacy_mode.get() ~= "shown" and typed_name.is_readable() then', 'if false then'),
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
      'cookies.without(header or "", cookies.hidden_from_login)',
      'cookies.without(header or "", cookies.hidden_from_legacy)',
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
    lua('own_cookie', 'if not header or not header:find(settings.cookie, 1, true) then', 'if not header then'),
    lua(
      'own_cookie',
      '  if not visitor.own or not visitor.session then\n    return nil\n  end\n',
      '  if not visitor.session then return nil end\n  if not token.open(visitor.own or "") then\n' +
        '    local hash = token.session_hash(visitor.session)\n' +
        '    return { user = "", hash = hash, issued = ngx.time(), confirmed = 0, key = hash .. "." .. ngx.time() }, visitor\n  end\n',
    ),
  ],
  'passes-login-cookie': [
    lua(
      'sign_on',
      'local age = user == "" and math.huge or now - confirmed',
      'local age = user == "" and 0 or now - confirmed',
    ),
    lua('application', 'if by_legacy and backend_user.is_unknown(user, route, bank) then', 'if false then'),
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
      'own_cookie',
      'not header:find(settings.cookie, 1, true)',
      'not header:lower():find(settings.cookie:lower(), 1, true)',
    ),
  ],
  'no-limits': [
    lua(
      'sign_on',
      'return content.issued > now + 60 or now - content.issued > settings.session.absolute or (ended and content.issued <= ended)',
      'return ended and content.issued <= ended',
    ),
    neverIdle,
  ],
  'never-asks': [
    lua('sign_on', 'local trusted, waits_from, waits = 40, 60, 2', 'local trusted, waits_from, waits = 1e9, 1e9, 2'),
    neverIdle,
  ],
  'forgets-logouts': [lua('revocations', 'return revoked:get(hash)\n', 'return nil\n')],
  'decides-for-a-second': [lua('changes', '  shared:incr("changes", 1, math.floor(ngx.now() * 1000))\n', '')],
  'grace-for-all': [lua('sign_on', 'if in_grace and confirmation.legacy_state() == "down" then', 'if in_grace then')],
  'endless-grace': [lua('sign_on', 'user ~= "" and age <= settings.session.grace', 'user ~= ""'), neverIdle],
  'first-name-wins': [
    lua(
      'home_page',
      'function home_page.read(html)\n',
      `function home_page.read(html)\n  if true then return "user", html:match('txtCURRENTUSER">[^(]*%(([^()<]*)%)') end\n`,
    ),
  ],
  'any-status': [
    lua('internal_request', 'if length and #body < length then', 'if false then'),
    lua(
      'legacy_check',
      'if answer.status ~= 200 or internal_request.header(answer, "content-encoding") then',
      'if false then',
    ),
    lua('internal_request', 'local longest = 1048576', 'local longest = 1e8'),
  ],
} as const satisfies Readonly<Record<string, readonly Replacement[]>>;
