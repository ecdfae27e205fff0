-- Going live: when the gateway has taken the legacy's name, an address that is not changed with it leads the gateway to itself.
-- Each request to the legacy carries a mark that only this server can make; one that comes back here has gone in a circle.
local answer = require "answer"
local crypto = require "crypto"

local loop = {}
local mark

local function own_mark()
  mark = mark or crypto.hash("loop", "")
  return mark
end

--- Ends the request when it comes from this very gateway.
function loop.check()
  local came_with = ngx.var.http_x_openimis_gateway
  if came_with and crypto.equal(came_with, own_mark()) then
    ngx.log(ngx.ERR, "the gateway leads to itself: legacy.ip of openimis.yaml is its own address, not the legacy's")
    return answer.refuse(508, "loop", "The gateway leads to itself",
      "The address of the existing openIMIS (legacy.ip in openimis.yaml) is that of this gateway. Please tell the administrator.")
  end
end

--- Marks the request that goes to the legacy (header X-Openimis-Gateway).
function loop.mark()
  ngx.var.openimis_mark = own_mark()
end

--- Plain http: to https, and never for ever.
function loop.to_https(suffix)
  loop.check()
  ngx.header["Location"] = "https://" .. ngx.var.host .. suffix .. ngx.var.request_uri
  return ngx.exit(307)
end

return loop
