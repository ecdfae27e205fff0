-- Legacy pages whose visitors are sent to the modular successor (gateway.cutover in openimis.yaml, `openimis cutover`).
local answer = require "answer"
local banks = require "banks"
local maintenance = require "maintenance"
local settings = require "settings"
local sign_on = require "sign_on"

local cutover = {}

local users = {} -- page -> set of lower-case logins

for page, rule in pairs(settings.cutover or {}) do
  if rule.users then
    users[page] = {}
    for _, user in ipairs(rule.users) do
      users[page][user] = true
    end
  end
end

-- A person opens the page itself. React 1.0/1.1 shows legacy pages in frames of its own: those stay, and so do forms,
-- scripts, pictures and downloads.
local function is_opened_by_a_person()
  if ngx.req.get_method() ~= "GET" or not answer.is_navigation() then
    return false
  end
  local destination = ngx.var.http_sec_fetch_dest
  if destination then
    return destination == "document"
  end
  -- A browser that does not say so: whatever comes from the new pages may be one of their frames.
  local from = (ngx.var.http_referer or ""):match("^https?://[^/]+(/[^?#]*)")
  return not (from and (from == "/front" or from:find("/front/", 1, true) == 1))
end

--- Ends the request with a redirect when this page has a successor for this visitor. `page` is lower case (iis_path.page).
--- The successor is below /front, where no page of the legacy is: there is no way round in a circle.
function cutover.apply(page)
  local rule = page and settings.cutover and settings.cutover[page]
  if not rule or not is_opened_by_a_person() or maintenance.is_on() or not banks.active() then
    return
  end
  if rule.users then
    local state, user = sign_on.current()
    if state ~= "user" or not users[page][user:lower()] then
      return
    end
  end
  ngx.var.openimis_route = "cutover"
  return answer.redirect(rule.to)
end

return cutover
