-- The content of the gateway's cookie: 1.<user>.<hash of the legacy session>.<issued>.<confirmed>.<mac>
-- An empty user means: a login succeeded, but the legacy has not yet been asked who it was.
local base64 = require "ngx.base64"
local crypto = require "crypto"

local token = {}

--- Keyed hash of a legacy session id: the cookie is worth nothing without the session it was made for.
function token.session_hash(session)
  return crypto.hash("session", session)
end

function token.seal(content)
  local payload = table.concat({
    "1", base64.encode_base64url(content.user), content.hash,
    string.format("%d", content.issued), string.format("%d", content.confirmed),
  }, ".")
  return payload .. "." .. crypto.hash("sign-on", payload)
end

--- The content of a cookie that this server made; nil for anything else.
function token.open(text)
  if #text > 512 then
    return nil
  end
  local payload, mac = text:match("^(1%.[%w_%-]*%.[%w_%-]+%.%d+%.%d+)%.([%w_%-]+)$")
  if not payload or not crypto.equal(mac, crypto.hash("sign-on", payload)) then
    return nil
  end
  local user, hash, issued, confirmed = payload:match("^1%.([^.]*)%.([^.]+)%.(%d+)%.(%d+)$")
  return {
    user = base64.decode_base64url(user),
    hash = hash,
    issued = tonumber(issued),
    confirmed = tonumber(confirmed),
  }
end

return token
