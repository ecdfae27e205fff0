-- Guessing passwords. Failed logins are counted per address and for the whole site; who has used up his budget waits until the
-- window is over, nobody is locked out for longer. An attempt is counted before it goes to the legacy and given back when the
-- legacy says that it was right: a thousand at once are no way around.
local answer = require "answer"
local audit = require "audit"
local cjson = require "cjson.safe"
local iis_path = require "iis_path"
local settings = require "settings"

local guessing = {}

local shared = ngx.shared.guessing
local known_for = 30 * 86400 -- seconds that an address is remembered from which somebody signed on
local pages = { ["default.aspx"] = true, ["forgotpassword.aspx"] = true, ["enternewpassword.aspx"] = true }
local harmless = { GET = true, HEAD = true, OPTIONS = true }

local function is_login_page(raw)
  if pages[iis_path.page(raw, settings.legacy.path)] then
    return true
  end
  for _, segment in ipairs(iis_path.segments(raw)) do
    if pages[segment] then
      return true
    end
  end
  return false
end

-- Is a password tried here? Web Forms also takes a form from the query of a GET.
local function is_attempt(raw)
  if harmless[ngx.req.get_method()] then
    local query = ngx.var.args and iis_path.decoded(ngx.var.args):lower()
    if not query or not (query:find("__viewstate", 1, true) or query:find("__eventtarget", 1, true)) then
      return false
    end
  end
  return is_login_page(raw)
end

-- A client of IPv6 has a whole /64; IPv4 within IPv6 counts as IPv4.
local function client()
  local address = ngx.var.binary_remote_addr
  if #address ~= 16 then
    return address
  end
  return address:find(("\0"):rep(10) .. "\255\255", 1, true) == 1 and address:sub(13) or address:sub(1, 8)
end

local function count(key)
  local counted, problem = shared:incr(key, 1, 0, settings.guessing.window)
  if not counted then
    ngx.log(ngx.ERR, "guessing: an attempt could not be counted: ", problem)
  end
  return counted or 0
end

local function uncount(key)
  shared:incr(key, -1)
end

local function refuse(key, seconds, who)
  shared:incr("refused", 1, 0)
  -- One line per address and window; each refused request is in the access log.
  if shared:add("said" .. key, true, settings.guessing.window) then
    ngx.log(ngx.WARN, "guessing: too many failed logins ", who, " within ", settings.guessing.window, " s: it must wait")
  end
  seconds = math.max(1, math.ceil(seconds))
  ngx.header["Retry-After"] = seconds
  ngx.var.openimis_refused = "guessing"
  local wait = seconds < 60 and seconds .. " seconds" or math.ceil(seconds / 60) .. " minutes"
  return answer.refuse(429, "too-many-failures", "Too many failed logins",
    "There were too many wrong passwords. Please wait " .. wait .. " and try again. Nobody is locked out.")
end

--- Access phase: counts an attempt, or ends the request when the budget is used up.
function guessing.enter(raw)
  if not is_attempt(raw) then
    return
  end
  local limits, is_office = settings.guessing, ngx.var.openimis_office == "1"
  local key = "a" .. client()
  if not is_office and count(key) > limits.perAddress then
    uncount(key)
    return refuse(key, shared:ttl(key) or 1, "from " .. ngx.var.remote_addr)
  end
  local failures = count("site")
  if failures > limits.site and not is_office and not shared:get("k" .. client()) then
    -- Under an attack from many addresses, new ones share what the budget leaves per second.
    local pause = limits.window / limits.site
    if not shared:add("slot", true, pause) then
      uncount("site")
      uncount(key)
      return refuse("site", math.max(5, pause), "at the whole site")
    end
  end
  ngx.var.openimis_guess = is_office and "office" or "address"
  ngx.ctx.attempt = true
end

--- The attempt told nobody anything about a password: it does not count.
function guessing.give_back()
  local counted_for = ngx.var.openimis_guess
  if counted_for ~= "" then
    ngx.var.openimis_guess = ""
    uncount("site")
    if counted_for == "address" then
      uncount("a" .. client())
    end
  end
end

--- Header filter: what did the legacy say? 200 is the form again, so the guess was wrong. A login that was right redirects to
--- Home.aspx, the other two pages to Default.aspx; other redirects and errors tell nothing about a password.
function guessing.leave(context)
  if not context.attempt or ngx.var.openimis_guess == "" then
    return
  end
  if ngx.status >= 300 then
    return guessing.give_back()
  end
  ngx.var.openimis_refused = "wrong-password"
  audit.write("login-failed", { path = ngx.var.uri })
end

--- Somebody has signed on from here: an attack on the whole site does not slow this address.
function guessing.remember()
  shared:set("k" .. client(), true, known_for)
end

--- Figures for `openimis-gateway guesses`, as JSON.
function guessing.figures()
  local slowed = 0
  for _, key in ipairs(shared:get_keys(10000)) do
    if key:sub(1, 1) == "a" and (shared:get(key) or 0) >= settings.guessing.perAddress then
      slowed = slowed + 1
    end
  end
  local failures = math.max(0, shared:get("site") or 0)
  return cjson.encode {
    window = settings.guessing.window, failures = failures, perAddress = settings.guessing.perAddress,
    site = settings.guessing.site, slowedAddresses = slowed, siteIsSlowed = failures > settings.guessing.site,
    refused = shared:get("refused") or 0,
  }
end

return guessing
