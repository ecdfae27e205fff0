-- How the legacy lets the gateway know who is logged in: as its last readable Home.aspx showed. Kept for the next start.
--   "shown": its Home.aspx shows the login name (1.3.0 and later), so no login is ever read.
--   "typed": it shows none (1.2.0), so the name is taken from the login that opened the fresh session.
local legacy_mode = {}

local file_name = "/var/lib/openimis/legacy-mode"
local shared = ngx.shared.gateway
local known = { shown = true, typed = true }

function legacy_mode.load()
  local file = not shared:get("legacy-mode") and io.open(file_name, "r")
  if file then
    local mode = file:read("*l")
    file:close()
    if known[mode] then
      shared:set("legacy-mode", mode)
    end
  end
end

--- "shown", "typed", or nil before anybody has logged in.
function legacy_mode.get()
  return shared:get("legacy-mode")
end

--- Writes down what a page of the legacy has just shown.
function legacy_mode.saw(mode)
  if shared:get("legacy-mode") == mode then
    return
  end
  shared:set("legacy-mode", mode)
  ngx.log(ngx.WARN, "the legacy ", mode == "shown" and "shows login names" or "shows no login names (1.2.0): they are taken from the login")
  local file, why = io.open(file_name .. ".new", "w")
  if not file then
    ngx.log(ngx.ERR, "the sign-on's mode could not be written down: ", why)
    return
  end
  file:write(mode, "\n")
  file:close()
  os.rename(file_name .. ".new", file_name)
end

return legacy_mode
