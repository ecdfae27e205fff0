-- Who is signed on? Only what the legacy itself has said for this very session, at most a minute ago.
local cookies = require "cookies"
local crypto = require "crypto"
local legacy_check = require "legacy_check"
local lrucache = require "resty.lrucache"
local revocations = require "revocations"
local settings = require "settings"
local token = require "token"

local sign_on = {}

-- Seconds.
local trusted, waits_from = 40, 60
local pending_for = 60 -- from the login until the legacy has said who it was
local at_most = 43200
local grace = 600 -- without an answer of the legacy as a whole

local confirmed_sessions, checks = ngx.shared.confirmed_sessions, ngx.shared.checks
local opened = lrucache.new(4000) -- the same cookie and session verify the same way every time

--- Sets (a value) or removes (nil) the gateway's cookie with this answer.
local function give(value)
  ngx.ctx.own_cookie = value and settings.cookie .. "=" .. value .. "; Path=/; Secure; HttpOnly; SameSite=Lax"
    or settings.cookie .. "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
end

--- The verified content of the visitor's cookie together with his session, or nil.
local function read()
  local header = ngx.var.http_cookie
  if not header or not header:find(settings.cookie, 1, true) then
    return nil
  end
  local visitor = cookies.read(header)
  if not visitor.own or not visitor.session then
    return nil
  end
  local key = visitor.own .. " " .. visitor.session
  local content = opened:get(key)
  if not content then
    content = token.open(visitor.own)
    if not content or not crypto.equal(content.hash, token.session_hash(visitor.session)) then
      return nil
    end
    opened:set(key, content, waits_from)
  end
  local now = ngx.time()
  if content.issued > now + 60 or now - content.issued > at_most or revocations.has(content.hash) then
    return nil
  end
  return content, visitor
end

local function stored(hash)
  local text = confirmed_sessions:get(hash)
  if not text then
    return nil
  end
  local at, user = text:match("^(%d+) (.*)$")
  return tonumber(at), user
end

-- Asks the legacy and writes down what it says. A session that the legacy has ended never comes back: a login makes a new one.
local function ask(hash, session, culture)
  local asked = ngx.time()
  local outcome, detail = legacy_check.who(session, culture)
  if outcome == "user" then
    confirmed_sessions:set(hash, asked .. " " .. detail, 120)
    checks:delete(hash)
  elseif outcome == "nobody" then
    revocations.add(hash)
    checks:delete(hash)
  else
    checks:set(hash, outcome, 5) -- the next try in 5 seconds
    ngx.log(ngx.WARN, "sign-on not confirmed: ", detail or "the legacy does not answer")
  end
  return outcome
end

-- One check per session at a time; the others wait for its outcome.
local function confirm(hash, visitor)
  if checks:add(hash, "running", 5) then
    return ask(hash, visitor.session, visitor.culture)
  end
  local ends = ngx.now() + 2
  repeat
    local state = checks:get(hash)
    if state ~= "running" then
      local at = stored(hash)
      if revocations.has(hash) then
        return "nobody"
      end
      return at and ngx.time() - at <= waits_from and "user" or state or "silent"
    end
    ngx.sleep(0.05)
  until ngx.now() >= ends
  return "silent"
end

local function confirm_later(premature, hash, session, culture)
  if not premature then
    ask(hash, session, culture)
  end
end

local function legacy_is_down()
  local known = checks:get("legacy")
  if known == nil then
    known = legacy_check.answers() and "up" or "down"
    checks:set("legacy", known, known == "down" and 5 or 1)
  end
  return known == "down"
end

-- The newest of what the cookie and this gateway know; nil when they do not name the same user.
local function newest(content)
  local at, user = stored(content.hash)
  if not at then
    return content.confirmed, content.user
  end
  if content.user ~= "" and user ~= content.user then
    return nil
  end
  return math.max(at, content.confirmed), user
end

local function accept(content, confirmed, user)
  if confirmed > content.confirmed then
    give(token.seal { user = user, hash = content.hash, issued = content.issued, confirmed = confirmed })
  end
  ngx.var.openimis_user = user
  return "user", user
end

local function refuse(content)
  if content then
    revocations.add(content.hash)
    give(nil)
  end
  return "nobody"
end

--- Who is signed on in this request? Returns "user", name, was it the first time
---   | "nobody" | "unknown" (the legacy cannot be asked now).
function sign_on.current()
  local content, visitor = read()
  if not content then
    return "nobody"
  end
  local first = content.user == ""
  local confirmed, user = newest(content)
  if not confirmed then
    return refuse(content)
  end
  local now = ngx.time()
  local age = user == "" and math.huge or now - confirmed
  if age > trusted and age <= waits_from and checks:add(content.hash, "running", 5) then
    ngx.timer.at(0, confirm_later, content.hash, visitor.session, visitor.culture)
  end
  if age <= waits_from then
    return accept(content, confirmed, user), user, first
  end
  if user == "" and now - content.issued > pending_for then
    return refuse(content)
  end
  local in_grace = user ~= "" and age <= grace
  local outcome = in_grace and checks:get("legacy") == "down" and "silent" or confirm(content.hash, visitor)
  if outcome == "nobody" then
    return refuse(content)
  end
  if outcome == "user" then
    confirmed, user = newest(content)
    if not confirmed or user == "" then
      return refuse(confirmed == nil and content or nil)
    end
    return accept(content, confirmed, user), user, first
  end
  if outcome == "silent" and in_grace and legacy_is_down() then
    ngx.log(ngx.WARN, "the legacy does not answer: a user confirmed ", age, " s ago is served")
    ngx.var.openimis_user = user
    return "user", user
  end
  return "unknown"
end

--- Is there a valid cookie whose user the legacy has not yet named?
function sign_on.is_pending()
  local content = read()
  return content ~= nil and content.user == ""
end

--- After the legacy has answered a login with its success redirect and a fresh session.
function sign_on.begin(session)
  local now = ngx.time()
  give(token.seal { user = "", hash = token.session_hash(session), issued = now, confirmed = 0 })
end

--- Ends the sign-on of this request here and now (logout, another login).
function sign_on.finish()
  local content = read()
  if content then
    revocations.add(content.hash)
    confirmed_sessions:delete(content.hash)
  end
  if (ngx.var.http_cookie or ""):find(settings.cookie, 1, true) then
    give(nil)
  end
end

--- Adds the cookies that this request has earned to its answer (header filter of every location).
function sign_on.write_cookies()
  local context = ngx.ctx
  if not context.own_cookie and not context.return_cookie then
    return
  end
  local set = { unpack(cookies.answered()) }
  set[#set + 1] = context.own_cookie
  set[#set + 1] = context.return_cookie
  ngx.header["Set-Cookie"] = set
  if context.own_cookie then
    ngx.header["Cache-Control"] = ngx.header["Cache-Control"] or "private, no-store"
  end
end

return sign_on
