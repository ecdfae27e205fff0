-- The legacy through the gateway: logins and logouts are recognised, everything else passes.
local answer = require "answer"
local cookies = require "cookies"
local cutover = require "cutover"
local guessing = require "guessing"
local iis_path = require "iis_path"
local legacy_location = require "legacy_location"
local legacy_mode = require "legacy_mode"
local legacy_peer = require "legacy_peer"
local login_relay = require "login_relay"
local loop = require "loop"
local refusals = require "refusals"
local return_path = require "return_path"
local settings = require "settings"
local sign_on = require "sign_on"
local typed_name = require "typed_name"

local legacy = {}

-- The virtual directory with its one slash at the end.
local function directory()
  return settings.legacy.path
end

--- Tells nginx where the legacy is (every location that goes there).
function legacy.target()
  if settings.legacy.tls ~= "none" then
    ngx.var.openimis_legacy_name = settings.legacy.certificateName
  end
  ngx.req.clear_header(settings.identity_header)
  loop.check()
  loop.mark()
  if not legacy_peer.is_known() then
    return answer.failed(502)
  end
end

local function is_success(location)
  return location ~= nil and iis_path.page(location, directory()) == "home.aspx"
end

-- Home.aspx, where a login leads: the legacy is asked who it was, and the page is shown that was wanted before.
local function home_page(asked_for)
  local back = cookies.read(ngx.var.http_cookie).back
  -- A frame of React 1.0 and 1.1 shows the legacy's own page; `?x=1` is how /LegacyHome asks for it.
  local to_front = settings.home == "front" and not asked_for:find("^[^?]*%?x=1$") and not (ngx.var.http_sec_fetch_dest or ""):find("frame")
  if not back and not to_front and not sign_on.is_pending() then
    return
  end
  if sign_on.current() ~= "user" then
    return
  end
  guessing.remember()
  local wanted = back and return_path.take(back) or to_front and settings.routes.front.path .. "/"
  if wanted then
    return answer.redirect(wanted)
  end
end

-- React asks for the legacy's pages and its manual at the root, wherever the legacy's virtual directory is.
local function below_directory(raw, method)
  local safe = method == "GET" or method == "HEAD"
  if directory() ~= "/" and safe and (raw == "/" or raw:lower():find("^/%w+%.aspx%f[?%z]") or raw:find("^/Manual/[%w_.-]+$")) then
    return directory() .. raw:sub(2)
  end
end

-- A login goes without the visitor's session, so that the legacy makes a fresh one that nobody else can know.
local function log_in(header)
  sign_on.finish("other-login")
  ngx.ctx.login = true
  if settings.session.keepOnLogin then
    ngx.ctx.kept_session = cookies.read(header).session
    ngx.var.openimis_cookie = cookies.without(header or "", cookies.hidden_from_legacy) or ""
  else
    ngx.var.openimis_cookie = cookies.without(header or "", cookies.hidden_from_login) or ""
  end
  if legacy_mode.get() ~= "shown" and typed_name.is_readable() then
    local culture = cookies.read(header).culture
    login_relay.carry(settings.session.keepOnLogin and ngx.var.http_cookie or culture and "CultureInfo=" .. culture, is_success)
  end
end

--- Access phase of everything that is the legacy's.
function legacy.access()
  legacy.target()
  local raw, method = ngx.var.request_uri, ngx.req.get_method()
  local page = iis_path.page(raw, directory())
  local header = ngx.var.http_cookie
  local moved = below_directory(raw, method)
  if moved then
    return answer.redirect(moved)
  end
  refusals.check()
  guessing.enter(raw)
  cutover.apply(page)
  if settings.signOn == "legacy" and page then
    if page == "default.aspx" and method == "POST" then
      return log_in(header)
    elseif page == "logout.aspx" then
      sign_on.finish("logout")
    elseif page == "home.aspx" and method == "GET" then
      home_page(raw)
    end
    if page:sub(-5) == ".aspx" then
      sign_on.note_activity()
    end
  end
  if header then
    ngx.var.openimis_cookie = cookies.without(header, cookies.hidden_from_legacy) or ""
  end
end

local function rewritten(line)
  line = line:gsub(";%s*[dD][oO][mM][aA][iI][nN]=[^;]*", "")
  return line:lower():find(";%s*secure%f[%W]") and line or line .. "; Secure"
end

--- Header filter of everything that is the legacy's.
function legacy.header()
  local context = ngx.ctx
  if context.own_answer then
    return sign_on.write_cookies(context)
  end
  refusals.header(context)
  guessing.leave(context)
  local location = ngx.header["Location"]
  if type(location) == "string" then
    location = legacy_location.path(location)
    if location then
      ngx.header["Location"] = location
    end
  end
  if context.login and ngx.status == 302 and is_success(location) then
    local session = cookies.fresh_session() or context.kept_session
    if session then
      sign_on.begin(session, context.proven)
    end
  end
  local set = cookies.answered()
  if #set > 0 then
    local lines = {}
    for index, line in ipairs(set) do
      lines[index] = rewritten(line)
    end
    ngx.header["Set-Cookie"] = lines
  end
  sign_on.write_cookies(context)
end

--- /logout: ends the sign-on here, then lets the legacy end its session.
function legacy.logout()
  sign_on.finish("logout")
  return answer.redirect(directory() .. "Logout.aspx")
end

--- /LegacyHome: without `x=1` the legacy shows a dead end to who comes without a Referer.
function legacy.home()
  return answer.redirect(directory() .. "Home.aspx?x=1")
end

--- /keepLegacyAlive: React asks every five minutes; nobody's session is touched by it.
function legacy.keep_alive()
  ngx.req.discard_body() -- nginx would keep it in memory
  legacy.target()
  ngx.var.openimis_uri = directory() .. "Images/logo.png"
end

return legacy
