-- A login to a legacy that shows no login names (1.2.0), or of which nobody knows yet. The gateway carries it over itself and
-- asks about the fresh session before anybody else can know it: so the name that was typed belongs to the login that
-- opened this very session, and no second request can slip another name in.
local answer = require "answer"
local confirmation = require "confirmation"
local cookies = require "cookies"
local guessing = require "guessing"
local internal_request = require "internal_request"
local settings = require "settings"
local token = require "token"
local typed_name = require "typed_name"

local login_relay = {}

local patience = 60 -- seconds

-- Of the connection, made by the gateway itself, or nobody's business but ours.
local not_passed_on = {
  host = true, cookie = true, connection = true, ["keep-alive"] = true, te = true, trailer = true, upgrade = true,
  expect = true, ["accept-encoding"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
  ["proxy-connection"] = true, ["remote-user"] = true, forwarded = true,
}
local not_passed_back = {
  connection = true, ["keep-alive"] = true, ["transfer-encoding"] = true, ["content-length"] = true, trailer = true,
  upgrade = true, date = true, server = true,
}

local function headers_for_legacy(cookie)
  local headers = {}
  for name, value in pairs(ngx.req.get_headers(0)) do
    if not not_passed_on[name] and name:sub(1, 2) ~= "x-" then
      headers[name] = value
    end
  end
  headers.Host, headers.Cookie = "legacy", cookie
  headers["X-Forwarded-For"], headers["X-Forwarded-Host"] = ngx.var.remote_addr, ngx.var.openimis_host
  return headers
end

local function answer_with(reply)
  ngx.status = reply.status
  local headers = {}
  for _, header in ipairs(reply.headers) do
    local name = header.name:lower()
    if not not_passed_back[name] then
      headers[name] = headers[name] or {}
      table.insert(headers[name], header.value)
    end
  end
  for name, values in pairs(headers) do
    ngx.header[name] = #values > 1 and values or values[1]
  end
  ngx.header["Content-Length"] = #reply.body
end

--- Carries a login over and ends the request. Its answer goes through the header filter of the legacy's route, which begins the
--- sign-on; `ngx.ctx.proven` tells it whom the fresh session belongs to. `is_success(location)`: is this the login's redirect?
function login_relay.carry(cookie, is_success)
  ngx.req.read_body()
  local body = ngx.req.get_body_data() or ""
  local reply = internal_request.ask {
    socket = "login", method = "POST", path = ngx.var.request_uri, patience = patience, headers = headers_for_legacy(cookie),
    body = body,
  }
  if not reply or reply.status == 502 or reply.status == 504 then
    guessing.give_back()
    return answer.failed(reply and reply.status or 504)
  end
  answer_with(reply)
  local session = cookies.fresh_session()
  if reply.status == 302 and is_success(internal_request.header(reply, "location")) and session then
    local hash = token.session_hash(session)
    local at = ngx.time()
    local outcome, shown = confirmation.ask(hash .. ".login", hash, session)
    local user = outcome == "user" and shown or outcome == "nameless" and not settings.session.keepOnLogin and typed_name.of(body)
    if outcome == "nobody" then
      ngx.ctx.login = false
    elseif user then
      guessing.remember()
      ngx.ctx.proven = { user = user, at = at }
    elseif outcome == "nameless" then
      ngx.log(ngx.WARN, "a login gave no name that can be used: its form is not what a browser sends")
    end
  end
  ngx.print(reply.body)
  return ngx.exit(ngx.HTTP_OK)
end

return login_relay
