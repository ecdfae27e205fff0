-- The legacy through the gateway: logins and logouts are recognised, everything else passes.
local answer = require "answer"
local cookies = require "cookies"
local cutover = require "cutover"
local guessing = require "guessing"
local iis_path = require "iis_path"
local legacy_location = require "legacy_location"
local legacy_peer = require "legacy_peer"
local refusals = require "refusals"
local settings = require "settings"
local sign_on = require "sign_on"

local legacy = {}

-- The virtual directory with its one slash at the end.
local function directory()
  return settings.legacy.path
end

--- Tells nginx where the legacy is (every location that goes there).
function legacy.target()
  ngx.var.openimis_legacy = settings.legacy.origin
  ngx.var.openimis_legacy_host = settings.legacy.host
  ngx.var.openimis_legacy_name = settings.legacy.certificateName
  ngx.req.clear_header(settings.identity_header)
  if not legacy_peer.is_known() then
    return answer.failed(502)
  end
end

local function back_to(visitor_cookie)
  local path = ngx.unescape_uri(visitor_cookie or "")
  if path:find("^/front[/?]") and not path:find("[\\%c\127-\255]") and not path:find("//", 1, true) then
    return path
  end
end

-- The first page after a login: now the legacy is asked who it was, and a page that was wanted before is shown.
local function after_login()
  local state = sign_on.current()
  local visitor = cookies.read(ngx.var.http_cookie)
  local wanted = state == "user" and back_to(visitor.back)
  if state == "user" then
    guessing.remember()
  end
  if visitor.back then
    ngx.ctx.return_cookie = settings.cookie .. "-return=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
  end
  if wanted then
    return answer.redirect(wanted)
  end
end

--- Access phase of everything that is the legacy's.
function legacy.access()
  legacy.target()
  local raw, method = ngx.var.request_uri, ngx.req.get_method()
  local page = iis_path.page(raw, directory())
  local header = ngx.var.http_cookie
  if raw == "/" and directory() ~= "/" then
    return answer.redirect(directory())
  end
  refusals.check()
  guessing.enter(raw)
  cutover.apply(page)
  local carries_login = settings.signOn == "legacy"
  if carries_login and page == "default.aspx" and method == "POST" then
    sign_on.finish()
    ngx.ctx.login = true
    ngx.req.set_header("Cookie", cookies.without(header, cookies.hidden_from_login))
    return
  end
  if carries_login and page == "logout.aspx" then
    sign_on.finish()
  elseif carries_login and page == "home.aspx" and method == "GET" and sign_on.is_pending() then
    after_login()
  end
  if header then
    ngx.req.set_header("Cookie", cookies.without(header, cookies.hidden_from_legacy))
  end
end

local function is_success(location)
  return location ~= nil and iis_path.page(location, directory()) == "home.aspx"
end

local function rewritten(line)
  line = line:gsub(";%s*[dD][oO][mM][aA][iI][nN]=[^;]*", "")
  return line:lower():find(";%s*secure%f[%W]") and line or line .. "; Secure"
end

--- Header filter of everything that is the legacy's.
function legacy.header()
  if ngx.ctx.own_answer then
    return sign_on.write_cookies()
  end
  refusals.header()
  guessing.leave()
  local location = ngx.header["Location"]
  if type(location) == "string" then
    location = legacy_location.path(location)
    if location then
      ngx.header["Location"] = location
    end
  end
  if ngx.ctx.login and ngx.status == 302 and is_success(location) then
    local session = cookies.fresh_session()
    if session then
      sign_on.begin(session)
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
  sign_on.write_cookies()
end

--- /logout: ends the sign-on here, then lets the legacy end its session.
function legacy.logout()
  sign_on.finish()
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
