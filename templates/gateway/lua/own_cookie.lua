-- The gateway's own cookie: what the visitor's says, and the one that he gets with this answer.
local cookies = require "cookies"
local crypto = require "crypto"
local settings = require "settings"
local token = require "token"

local own_cookie = {}

-- Verified content, by what cookies.read remembers of a Cookie header: the same header verifies the same way every time.
local opened = setmetatable({}, { __mode = "k" })

local attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax"

--- The content of the visitor's cookie, made by this server for his very session; nil for anything else. Whether it still
--- counts is another question (sign_on.lua).
function own_cookie.read()
  local header = ngx.var.http_cookie
  if not header or not header:find(settings.cookie, 1, true) then
    return nil
  end
  local visitor = cookies.read(header)
  if opened[visitor] then
    return opened[visitor], visitor
  end
  if not visitor.own or not visitor.session then
    return nil
  end
  local content = token.open(visitor.own)
  if not content or not crypto.equal(content.hash, token.session_hash(visitor.session)) then
    return nil
  end
  content.key = content.hash .. "." .. content.issued
  opened[visitor] = content
  return content, visitor
end

--- Gives this content to the visitor with this answer.
function own_cookie.give(content)
  ngx.ctx.own_cookie = settings.cookie .. "=" .. token.seal(content) .. attributes
end

--- Takes the visitor's cookie away with this answer.
function own_cookie.take_away()
  ngx.ctx.own_cookie = settings.cookie .. "=" .. attributes .. "; Max-Age=0"
end

return own_cookie
