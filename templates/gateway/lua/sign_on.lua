-- Who is signed on? Only what the legacy itself has said for this very session, at most a minute ago.
local activity = require "activity"
local audit = require "audit"
local confirmation = require "confirmation"
local cookies = require "cookies"
local crypto = require "crypto"
local lrucache = require "resty.lrucache"
local revocations = require "revocations"
local settings = require "settings"
local token = require "token"

local sign_on = {}

-- Seconds.
local trusted, waits_from, waits = 40, 60, 2
local pending_for = 60 -- from the login until the legacy has said who it was
local watched_for = 120 -- after the last thing a user did, React's own questions may still make the gateway ask
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
    content.key = content.hash .. "." .. content.issued
    opened:set(key, content, waits_from)
  end
  local now, ended = ngx.time(), revocations.until_when(content.hash)
  if content.issued > now + 60 or now - content.issued > settings.session.absolute or (ended and content.issued <= ended) then
    return nil
  end
  return content, visitor
end

-- The newest of what the cookie and this gateway know; nil when they do not name the same user.
local function newest(content)
  local at, user = confirmation.last(content.key)
  if not at then
    return content.confirmed, content.user
  end
  if user == "" then
    user = content.user -- this legacy shows no names
  elseif content.user ~= "" and user ~= content.user then
    return nil
  end
  return math.max(at, content.confirmed), user
end

local function accept(content, confirmed, user)
  if confirmed > content.confirmed then
    give(token.seal { user = user, hash = content.hash, issued = content.issued, confirmed = confirmed })
    if content.user == "" then
      audit.once("sign-on " .. content.key, 3600, "sign-on", { user = user })
    end
  end
  ngx.var.openimis_user = user
  return "user", user
end

local function refuse(content)
  revocations.add(content.hash, content.issued)
  give(nil)
  return "nobody"
end

-- Has this user done nothing for too long? After a restart the last confirmation tells when he was there.
local function is_idle(content, last, confirmed, now)
  return now - (last or math.max(confirmed, content.issued)) > settings.session.idle
end

-- Is this request something that the user does, or does he at least watch what he did? Notes the former.
local function is_there(content, last, age, now)
  if activity.is_due(last, now) or age > trusted then
    if not activity.is_poll() then
      activity.note(content.key, now)
      return true
    end
  end
  return last ~= nil and now - last <= watched_for
end

-- This one request waits for the check, at most two seconds: "user", "nobody", "grace" or "unknown".
local function wait_for_check(content, visitor, in_grace)
  if in_grace and confirmation.legacy_state() == "down" then
    return "grace"
  end
  confirmation.start(content.key, content.hash, visitor.session, visitor.culture)
  local began, pause = ngx.now(), 0.005
  while true do
    local outcome, since = confirmation.outcome(content.key)
    local at, now = confirmation.last(content.key), ngx.now()
    local ended = revocations.until_when(content.hash)
    if outcome == "nobody" or ended and content.issued <= ended then
      return "nobody"
    elseif at and now - at <= waits_from + 1 then
      return "user"
    elseif outcome == "unreadable" then
      return "unknown" -- it answers, so there is no grace
    end
    if in_grace and (outcome ~= "running" or now - since > 0.3) then
      local legacy = confirmation.legacy_state(true)
      if legacy == "down" then
        return "grace"
      elseif legacy == "up" and outcome ~= "running" then
        return "unknown"
      end
    elseif outcome ~= "running" then
      return "unknown"
    end
    if now - (since or began) >= waits or now - began >= waits then
      return "unknown"
    end
    ngx.sleep(pause)
    pause = math.min(pause * 2, 0.05)
  end
end

--- Who is signed on in this request? Returns "user", name
---   | "nobody" | "unknown" (the legacy cannot be asked now) | "idle" (React asks by itself; its user is away).
function sign_on.current()
  local content, visitor = read()
  if not content then
    return "nobody"
  end
  local now = ngx.time()
  local confirmed, user = newest(content)
  local last = activity.last(content.key)
  if not confirmed or is_idle(content, last, confirmed, now) then
    return refuse(content)
  end
  local age = user == "" and math.huge or now - confirmed
  local there = is_there(content, last, age, now)
  if age > trusted and age <= waits_from and there then
    confirmation.start(content.key, content.hash, visitor.session, visitor.culture)
  end
  if age <= waits_from then
    return accept(content, confirmed, user)
  end
  if user == "" and now - content.issued > pending_for then
    return refuse(content)
  elseif not there then
    return "idle"
  end
  local outcome = wait_for_check(content, visitor, user ~= "" and age <= settings.session.grace)
  if outcome == "nobody" then
    return refuse(content)
  elseif outcome == "user" then
    confirmed, user = newest(content)
    if not confirmed then
      return refuse(content)
    end
    if user ~= "" then
      return accept(content, confirmed, user)
    end
  elseif outcome == "grace" then
    confirmation.log_grace(content.key, age)
    ngx.var.openimis_user = user
    return "user", user
  end
  return "unknown"
end

--- Somebody who is signed on uses a page of the legacy: that is doing something, too.
function sign_on.note_activity()
  local content, now = read(), ngx.time()
  local last = content and activity.last(content.key)
  if content and content.user ~= "" and activity.is_due(last, now) and not is_idle(content, last, content.confirmed, now) then
    activity.note(content.key, now)
  end
end

--- Is there a valid cookie whose user the legacy has not yet named?
function sign_on.is_pending()
  local content = read()
  return content ~= nil and content.user == ""
end

--- After the legacy has answered a login with its success redirect. `proven`: { user, at } when it was already asked.
function sign_on.begin(session, proven)
  local now, hash = ngx.time(), token.session_hash(session)
  local issued = now
  if proven then
    audit.write("sign-on", { user = proven.user })
  end
  if settings.session.keepOnLogin then
    -- The session may be an old one: what was issued for it before ends, also within the same second.
    issued = math.max(now, (revocations.until_when(hash) or 0) + 1) + 1
    revocations.add(hash, issued - 1)
  end
  give(token.seal {
    user = proven and proven.user or "",
    hash = hash,
    issued = issued,
    confirmed = proven and proven.at or 0,
  })
end

--- Ends the sign-on of this request here and now (logout, another login).
function sign_on.finish()
  local content = read()
  if content then
    revocations.add(content.hash, math.max(ngx.time(), content.issued))
    confirmation.forget(content.key)
    if content.user ~= "" then
      audit.write("sign-off", { user = content.user })
    end
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
