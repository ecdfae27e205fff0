-- gateway.legacyCalls: legacy 1.7.0 itself calls the new GraphQL and says in a header of its own, `remote-user`, for whom. Only on
-- this listener, from its address (that of the connection: no header can claim it) and for this one path is that believed.
local answer = require "answer"
local audit = require "audit"
local banks = require "banks"
local maintenance = require "maintenance"
local settings = require "settings"

local legacy_calls = {}

-- Exactly one name, as login names are: at most 50 printable ASCII characters, no blank at the start; those at the end do not count.
local function named()
  local headers, problem = ngx.req.get_headers(100)
  local name = headers["remote-user"]
  if problem or type(name) ~= "string" then
    return nil
  end
  name = name:gsub(" +$", "")
  return #name >= 1 and #name <= 50 and name:find("^[!-~][ -~]*$") and name or nil
end

--- Ends a request for anything but the one path.
function legacy_calls.nothing_else()
  if ngx.var.openimis_is_legacy ~= "1" then
    return legacy_calls.refuse_stranger()
  end
  return answer.not_found()
end

function legacy_calls.refuse_stranger()
  ngx.var.openimis_refused = "not-the-legacy"
  return answer.refuse(403, "not-the-legacy", "Not allowed", "This port is for the existing openIMIS alone.")
end

--- Access phase.
function legacy_calls.access()
  if ngx.var.openimis_is_legacy ~= "1" then
    return legacy_calls.refuse_stranger()
  end
  if ngx.req.get_method() ~= "POST" then
    return answer.refuse(405, "not-a-post", "Not allowed", "GraphQL is asked by POST here.")
  end
  local name = named()
  ngx.req.clear_header("Remote-User")
  ngx.req.clear_header(settings.identity_header)
  if not name then
    return answer.refuse(400, "no-user", "Not understood", "The header remote-user does not name one user of openIMIS.")
  end
  maintenance.check()
  local bank = banks.active()
  if not bank then
    return answer.refuse(503, "starting", "openIMIS is starting", "The new part of openIMIS is starting. Please try again in a minute.")
  end
  ngx.var.openimis_user = name
  audit.once("legacy-call\0" .. name, 3600, "legacy-call", { user = name })
  ngx.req.set_header(settings.identity_header, name)
  ngx.var.openimis_upstream = settings.legacyCalls.target .. "-" .. bank
end

--- Header filter: no session of Django's own.
function legacy_calls.header()
  if not ngx.ctx.own_answer then
    ngx.header["Set-Cookie"] = nil
  end
end

return legacy_calls
