-- Phones and programs of the legacy that speak plain http (gateway.services): a list of paths, and nothing else of the legacy.
-- No cookie passes in either direction, so nobody can be signed on, or be somebody, by this way.
local answer = require "answer"
local iis_path = require "iis_path"
local legacy = require "legacy"
local legacy_location = require "legacy_location"
local loop = require "loop"
local refusals = require "refusals"
local settings = require "settings"

local services = {}

local longest = 1024 -- bytes of a path

local function begins_with(segments, wanted)
  for at, name in ipairs(wanted) do
    if segments[at] ~= name then
      return false
    end
  end
  return true
end

-- Only what can be read in one way: letters, digits and a few signs. No service needs more, and IIS reads `..%5c`, `%u002e` or
-- `(S(x))` as something else than nginx does. Pages (.aspx) are for people, who have https.
local function is_listed(raw)
  local path = iis_path.without_query(raw)
  if #path > longest or path:find("[^%w/._~,@=+-]") or path:find("..", 1, true) or path:find("//", 1, true) then
    return false
  end
  local segments = iis_path.segments(path)
  for _, name in ipairs(segments) do
    if name:find("%.aspx$") then
      return false
    end
  end
  for _, wanted in ipairs(settings.services.paths) do
    if begins_with(segments, wanted) then
      return true
    end
  end
  return false
end

-- 308 keeps a POST a POST; unlike 301 and 302 it is asked for anew, because nothing here may be kept.
local function redirect()
  ngx.req.discard_body()
  ngx.ctx.own_answer = true
  ngx.header["Location"] = settings.address .. ngx.var.request_uri:gsub("^/", "")
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["Content-Length"] = 0
  ngx.status = 308
  ngx.send_headers()
  return ngx.exit(ngx.HTTP_OK)
end

--- Access phase. `place`: "http" (the gateway's port for plain http), "host" (a name of its own) or "port" (a port of its own).
function services.access(place)
  loop.check()
  if not is_listed(ngx.var.request_uri) then
    if place == "http" then
      ngx.ctx.own_answer = true
      ngx.var.openimis_route = "to-https"
      return loop.to_https(settings.services.suffix)
    end
    return answer.not_found()
  end
  if place ~= "port" and settings.services.http == "redirect" then
    return redirect()
  end
  ngx.req.clear_header("Cookie")
  legacy.target()
  refusals.check()
end

--- Header filter.
function services.header()
  if ngx.ctx.own_answer then
    return
  end
  refusals.header(ngx.ctx)
  ngx.header["Set-Cookie"] = nil
  local location = ngx.header["Location"]
  if type(location) == "string" then
    ngx.header["Location"] = legacy_location.path(location) or location
  end
end

return services
