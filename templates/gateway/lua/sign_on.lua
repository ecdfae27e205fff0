-- Who is signed on? Only what the legacy itself has said for this very session, at most a minute ago.
local activity = require "activity"
local audit = require "audit"
local changes = require "changes"
local confirmation = require "confirmation"
local cookies = require "cookies"
local endings = require "endings"
local own_cookie = require "own_cookie"
local revocations = require "revocations"
local settings = require "settings"
local token = require "token"

local sign_on = {}

-- Seconds.
local trusted, waits_from, waits = 40, 60, 2
local pending_for = 60 -- from the login until the legacy has said who it was
local watched_for = 120 -- after the last thing a user did, React's own questions may still make the gateway ask

-- Has this sign-on ended, or did it never begin?
local function is_over(content, now)
  local ended = revocations.until_when(content.hash)
  return content.issued > now + 60 or now - content.issued > settings.session.absolute or (ended and content.issued <= ended)
end

-- The content of the visitor's cookie while it counts, or nil.
local function read()
  local content, visitor = own_cookie.read()
  if content and not is_over(content, ngx.time()) then
    return content, visitor
  end
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
    own_cookie.give { user = user, hash = content.hash, issued = content.issued, confirmed = confirmed }
    if content.user == "" then
      audit.once("sign-on " .. content.key, 3600, "sign-on", { user = user })
    end
  end
  ngx.var.openimis_user = user
  return "user", user
end

-- In this worker, nothing more is looked up for this cookie until the second is over or anything has changed.
local function settle(content, confirmed, user, now, number)
  content.settled, content.settled_at = now, number
  content.settled_confirmed, content.settled_user = confirmed, user
end

local function refuse(content, why)
  endings.note(content, why)
  revocations.add(content.hash, content.issued)
  own_cookie.take_away()
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
  local number, now = changes.number(), ngx.time()
  local content, visitor = own_cookie.read()
  if content and content.settled == now and content.settled_at == number then
    return accept(content, content.settled_confirmed, content.settled_user)
  elseif not content then
    return "nobody"
  elseif is_over(content, now) then
    endings.seen(content, now)
    return "nobody"
  end
  local confirmed, user = newest(content)
  local last = activity.last(content.key)
  if not confirmed or is_idle(content, last, confirmed, now) then
    return refuse(content, confirmed and "idle" or "other-user")
  end
  local age = user == "" and math.huge or now - confirmed
  local there = is_there(content, last, age, now)
  if age > trusted and age <= waits_from and there then
    confirmation.start(content.key, content.hash, visitor.session, visitor.culture)
  end
  if age <= waits_from then
    if age <= trusted and not activity.is_due(last, now) then
      settle(content, confirmed, user, now, number)
    end
    return accept(content, confirmed, user)
  end
  if user == "" and now - content.issued > pending_for then
    return refuse(content, "unnamed")
  elseif not there then
    return "idle"
  end
  local outcome = wait_for_check(content, visitor, user ~= "" and age <= settings.session.grace)
  if outcome == "nobody" then
    return refuse(content, "legacy")
  elseif outcome == "user" then
    confirmed, user = newest(content)
    if not confirmed then
      return refuse(content, "other-user")
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
  local content, now = own_cookie.read(), ngx.time()
  if not content or content.user == "" or not activity.is_due(content.seen, now) or is_over(content, now) then
    return
  end
  content.seen = activity.last(content.key)
  if activity.is_due(content.seen, now) and not is_idle(content, content.seen, content.confirmed, now) then
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
  own_cookie.give { user = proven and proven.user or "", hash = hash, issued = issued, confirmed = proven and proven.at or 0 }
end

--- Ends the sign-on of this request here and now. `why`: "logout" | "other-login".
function sign_on.finish(why)
  local content = read()
  if content then
    revocations.add(content.hash, math.max(ngx.time(), content.issued))
    confirmation.forget(content.key)
    endings.note(content, why)
  end
  if (ngx.var.http_cookie or ""):find(settings.cookie, 1, true) then
    own_cookie.take_away()
  end
end

--- Adds the cookies that this request has earned to its answer (header filter of every location). `context`: ngx.ctx.
function sign_on.write_cookies(context)
  context = context or ngx.ctx
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
