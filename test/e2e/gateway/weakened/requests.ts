import type { Replacement } from './weaken.ts';

const at = (file: string, from: string, to = ''): Replacement => ({ file, from, to });
const application = 'lua/application.lua';
const legacy = 'lua/legacy.lua';
const proxy = 'proxy.conf';
/** After the name was told to the backend. */
const afterName = '  local header = ngx.var.http_cookie\n  if header and route.name';

/** A location that tells the legacy of a body that it does not send. */
const passesLength = (route: string): Replacement => ({
  file: 'servers/https.conf',
  from: `set $openimis_route ${route};`,
  to: `set $openimis_route ${route};\n        proxy_set_header Content-Length $http_content_length;`,
});

/** Gateways that let through what they must not. */
export const requestWeaknesses = {
  'passes-names': [
    at(
      application,
      '  ngx.req.set_header(settings.identity_header, route.name ~= "front" and user or nil)\n',
      '  if user and route.name ~= "front" then ngx.req.set_header(settings.identity_header, user) end\n',
    ),
    at(proxy, 'proxy_set_header Remote-User "";\n'),
    at(proxy, 'proxy_set_header X-Forwarded-User "";\n'),
    at('nginx.conf', 'underscores_in_headers off;', 'underscores_in_headers on;'),
  ],
  'obeys-hop-by-hop': [
    at(
      application,
      afterName,
      `  for name in (ngx.var.http_connection or ""):gmatch("[^%s,]+") do ngx.req.clear_header(name) end\n${afterName}`,
    ),
  ],
  'reads-raw-headers': [
    at(
      application,
      afterName,
      '  for name in ngx.req.raw_header():gmatch("[Rr]emote.[Uu]ser:%s*(%w+)") do\n' +
        `    ngx.req.set_header(settings.identity_header, name)\n  end\n${afterName}`,
    ),
  ],
  'passes-forwarded': [
    at(proxy, 'proxy_set_header X-Forwarded-Prefix "";\n'),
    at(proxy, 'proxy_set_header X-Real-IP "";\n'),
    at(proxy, 'proxy_set_header Forwarded "";\n'),
    at(proxy, 'proxy_set_header Proxy "";\n'),
    at('application.conf', 'proxy_set_header X-Forwarded-Host $openimis_host;\n'),
    at('application.conf', 'X-Forwarded-For $remote_addr;', 'X-Forwarded-For $proxy_add_x_forwarded_for;'),
  ],
  'keeps-django-session': [
    at(
      'lua/cookies.lua',
      'return cookies.hidden_from_application(name) or django_identities[name] ~= nil',
      'return cookies.hidden_from_application(name)',
    ),
    at(application, '    ngx.req.clear_header("Authorization")\n'),
  ],
  'shows-its-cookies': [
    at('lua/cookies.lua', 'return is_own(name) or legacy_cookies[name] == true', 'return false'),
    at('lua/cookies.lua', 'return is_own(name) or application_cookies[name] == true', 'return false'),
  ],
  'passes-names-to-legacy': [at(legacy, '  ngx.req.clear_header(settings.identity_header)\n')],
  'follows-accel': [
    at(proxy, 'proxy_ignore_headers X-Accel-Redirect X-Accel-Expires', 'proxy_ignore_headers X-Accel-Expires'),
  ],
  'any-host': [
    at('servers/unknown-host.conf', 'listen 8080 default_server;', 'listen 8080;'),
    at('servers/unknown-host.conf', 'listen 8443 ssl default_server;', 'listen 8443 ssl;'),
    at('servers/http.conf', 'listen 8080;', 'listen 8080 default_server;'),
    at('servers/https.conf', 'listen 8443 ssl;', 'listen 8443 ssl default_server;'),
    at('servers/unknown-host.conf', 'server_name "";', 'server_name none.invalid;'),
    at('names.conf', 'default "";', 'default $http_host;\n    "" $host;'),
  ],
  'services-anywhere': [
    at(
      'lua/services.lua',
      '  local path = iis_path.without_query(raw)\n',
      '  if raw:lower():find("^/rest") then return true end\n  local path = raw\n',
    ),
  ],
  'services-show-all': [at('lua/services.lua', '  refusals.check()\n')],
  'services-carry-cookies': [
    at('service-location.conf', '    proxy_set_header Cookie "";\n'),
    at('lua/services.lua', '  ngx.req.clear_header("Cookie")\n'),
    at('lua/services.lua', '  ngx.header["Set-Cookie"] = nil\n'),
  ],
  'services-pass-names': [
    at('lua/legacy.lua', '  ngx.req.clear_header(settings.identity_header)\n'),
    at(proxy, 'proxy_set_header Remote-User "";\n'),
  ],
  'calls-from-anywhere': [at('servers/legacy-calls.conf', '    default 0;', '    default 1;')],
  'calls-by-forwarded-address': [at('servers/legacy-calls.conf', 'geo $realip_remote_addr', 'geo $remote_addr')],
  'any-origin': [at('lua/foreign.lua', 'if safe_methods[ngx.req.get_method()] then', 'if true then')],
  'any-spelling': [at(application, 'if not kind.is_plain then', 'if false then')],
  'refuses-nothing': [at('lua/refusals.lua', '  if not rule then\n', '  if true then\n')],
  'any-method': [
    at(
      'lua/refusals.lua',
      'if about_methods and not about_methods.methods[ngx.req.get_method()] then',
      'if false then',
    ),
  ],
  'guesses-freely': [at('lua/guessing.lua', '  if not is_attempt(raw) then\n', '  if true then\n')],
  'photos-any-path': [
    at(
      'lua/photos.lua',
      '  if (method ~= "GET" and method ~= "HEAD") or not pictures[extension] or path:find("[^%w _%-./]") or path:find("..", 1, true)\n' +
        '    or path:lower():find("%.a[^/]*/") then',
      '  if not path then',
    ),
  ],
  'photos-open': [at('lua/photos.lua', 'if settings.routes.photos.access ~= "signed-on" then', 'if true then')],
  'returns-anywhere': [at('lua/return_path.lua', 'return is_own(path) and path or nil', 'return path')],
  'keeps-slashes': [
    at('lua/legacy_location.lua', 'return "/" .. path:gsub("^[/\\\\]+", "")', 'return path'),
    at(application, 'location = "/" .. path:gsub("^[/\\\\]+", "")', 'location = path'),
  ],
  'keeps-body-length': [passesLength('keep-alive'), passesLength('photos')],
  'strangers-on-front': [
    at(
      'lua/visitor.lua',
      'return answer.refuse(401, "not-signed-on", "Not signed on", "Please log in to openIMIS first.")',
      'return "Nobody"',
    ),
  ],
  'no-budget': [
    at('lua/api_users.lua', 'local seconds = not was_right and api_memory.wait(name, client)', 'local seconds = nil'),
  ],
} as const satisfies Readonly<Record<string, readonly Replacement[]>>;
