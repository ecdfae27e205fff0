-- Why sign-ons end, for the audit: once each, by the first who sees it.
local audit = require "audit"
local revocations = require "revocations"
local settings = require "settings"

local endings = {}

local remembered = 7200 -- seconds in which an ending is not written again
local fresh = 3600 -- seconds: an older one was seen before, whatever a restart has forgotten

--- Writes down that this sign-on has ended. `why`: logout | other-login | idle | limit | legacy | other-user.
-- One whose user was never named has not been one.
function endings.note(content, why)
  if content.user ~= "" then
    audit.once("ended " .. content.key, remembered, "sign-on-ended", { user = content.user, why = why })
  end
end

--- The visitor still shows the cookie of a sign-on that is over.
function endings.seen(content, now)
  local late = now - content.issued - settings.session.absolute
  local ended = revocations.until_when(content.hash)
  if late > 0 and late < fresh then
    endings.note(content, "limit")
  elseif late <= 0 and ended and content.issued <= ended and now - ended < fresh then
    endings.note(content, "legacy")
  end
end

return endings
