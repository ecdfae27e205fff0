-- A request for a name that this server does not have: by address, through a name that somebody else leads here, or made up.
local answer = require "answer"
local loop = require "loop"
local settings = require "settings"

local names = {}

--- Ends the request with 421.
function names.refuse()
  loop.check() -- the gateway itself asks for the legacy's name
  ngx.var.openimis_refused = "unknown-host"
  return answer.refuse(421, "unknown-host", "Not an address of this server",
    "This server does not answer to the name in this address. Please open " .. settings.address)
end

return names
