-- A page of another site must not change anything in this user's name.
local answer = require "answer"

local foreign = {}

local safe_methods = { GET = true, HEAD = true, OPTIONS = true }

local function is_foreign()
  if safe_methods[ngx.req.get_method()] then
    return false
  end
  local origin, host = ngx.var.http_origin, ngx.var.openimis_host
  if ngx.var.http_sec_fetch_site == "cross-site" then
    return true
  end
  return origin ~= nil and origin ~= "https://" .. host and origin:lower() ~= "https://" .. host:lower():gsub(":443$", "")
end

--- Ends the request with 403 when it changes something and comes from another site.
function foreign.refuse()
  if is_foreign() then
    return answer.refuse(403, "cross-site", "Not allowed", "Another site must not change anything here in your name.")
  end
end

return foreign
