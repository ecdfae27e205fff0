-- What the legacy has said about each session, and asking it again: one check per session at a time, at most two a minute.
-- `key` is a session's hash with the time of its sign-on, so that nothing said before a login counts after it.
local changes = require "changes"
local legacy_check = require "legacy_check"
local legacy_mode = require "legacy_mode"
local revocations = require "revocations"

local confirmation = {}

local said, checks = ngx.shared.confirmed_sessions, ngx.shared.checks

-- Seconds.
local kept = 120
local minute, soonest = 60, 20 -- two checks in a minute; the second one not before
local whole_check = 25 -- a check is over by then
local known_up, known_down, ask_again = 2, 30, 1 -- of the legacy as a whole

--- When (seconds since 1970) and for whom the legacy last answered here. An empty name: for whom the cookie says.
function confirmation.last(key)
  local text = said:get(key)
  if not text then
    return nil
  end
  local at, user = text:match("^(%d+) (.*)$")
  return tonumber(at), user
end

function confirmation.forget(key)
  said:delete(key)
  changes.happened()
end

-- May this session be asked now? Writes down that it is.
local function is_allowed(key)
  local now = ngx.now()
  local before, last = (checks:get("times " .. key) or "0 0"):match("^(%S+) (%S+)$")
  if now - tonumber(last) < soonest or now - tonumber(before) < minute then
    return false
  end
  checks:set("times " .. key, string.format("%s %.3f", last, now), minute)
  return true
end

--- Asks the legacy and writes down what it says. A check that fails without a verdict ends nothing.
function confirmation.ask(key, hash, session, culture)
  local asked = ngx.time()
  local outcome, detail = legacy_check.who(session, culture)
  if outcome == "user" or outcome == "nameless" then
    legacy_mode.saw(outcome == "user" and "shown" or "typed")
    said:set(key, asked .. " " .. (detail or ""), kept)
    changes.happened()
  elseif outcome == "nobody" then
    revocations.add(hash, math.max(asked, tonumber(key:match("%.(%d+)$")) or 0))
  else
    ngx.log(ngx.WARN, "sign-on not confirmed: ", detail or "the legacy does not answer")
  end
  return outcome, detail
end

local function run(premature, key, hash, session, culture)
  if not premature then
    local outcome = confirmation.ask(key, hash, session, culture)
    checks:set("outcome " .. key, outcome, minute)
  end
  checks:delete("running " .. key)
end

--- Starts a check in the background, unless one runs or there were two in the last minute.
function confirmation.start(key, hash, session, culture)
  if not checks:add("running " .. key, ngx.now(), whole_check) then
    return
  end
  if not is_allowed(key) then
    checks:delete("running " .. key)
    return
  end
  checks:delete("outcome " .. key)
  local started, problem = ngx.timer.at(0, run, key, hash, session, culture)
  if not started then
    checks:delete("running " .. key)
    ngx.log(ngx.ERR, "the legacy cannot be asked: ", problem)
  end
end

--- Outcome of the last check: "running" and since when (seconds), what legacy_check.who said, or nil.
function confirmation.outcome(key)
  local since = checks:get("running " .. key)
  if since then
    return "running", since
  end
  return checks:get("outcome " .. key)
end

local function look_at_legacy(premature)
  if premature then
    return
  end
  local answers = legacy_check.answers()
  checks:set("legacy", answers and "up" or "down", answers and known_up or known_down)
end

--- Does the legacy as a whole answer? "up", "down", or nil: not known. It is asked when it was silent before, or when `look`.
function confirmation.legacy_state(look)
  local state = checks:get("legacy")
  if (state == "down" or look and state == nil) and checks:add("legacy asked", true, ask_again) then
    ngx.timer.at(0, look_at_legacy)
  end
  return state
end

--- Says once a minute that somebody is served without the legacy.
function confirmation.log_grace(key, age)
  if checks:add("grace " .. key, true, minute) then
    ngx.log(ngx.WARN, "the legacy does not answer: a user confirmed ", age, " s ago is served")
  end
end

return confirmation
