-- The name in a login's body, needed only for a legacy that shows no login names (1.2.0).
-- ASP.NET matches field names in any case, joins those that come twice and knows odd encodings, so a body that is not exactly
-- what a browser sends for the login form has no name.
local home_page = require "home_page"

local typed_name = {}

local longest_body = 16384 -- bytes
local longest_name = 25 -- the form's limit, and the legacy's VARCHAR

local function decoded(text)
  if text:gsub("%%%x%x", ""):find("%", 1, true) then
    return nil -- %uXXXX, or a % that stands for itself
  end
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- Fields by lower-case name; nil when a browser would not have sent this.
local function fields_of(body)
  local fields = {}
  for pair in (body .. "&"):gmatch("([^&]*)&") do
    local name, value = pair:match("^([%w_]+)=([^=]*)$")
    local key = name and name:lower()
    value = value and decoded(value)
    if not value or fields[key] then
      return nil
    end
    fields[key] = value
  end
  return fields
end

--- Is this request's body short and plain enough to be read at all?
function typed_name.is_readable()
  local length = ngx.var.http_content_length
  local kind = (ngx.var.http_content_type or ""):lower():gsub("%s+", "")
  return (kind == "application/x-www-form-urlencoded" or kind == "application/x-www-form-urlencoded;charset=utf-8")
    and length ~= nil and length:find("^%d+$") ~= nil and tonumber(length) <= longest_body
    and not ngx.var.http_transfer_encoding
end

--- The login name in the body of a login, or nil: exactly one txtUserName, with the password and the button beside it.
function typed_name.of(body)
  local fields = fields_of(body)
  if not fields or not fields.txtusername or not fields.txtpassword or not fields.btnlogin
    or (fields.__eventargument or "") ~= "" or (fields.__eventtarget or "") ~= "" then
    return nil
  end
  return home_page.login_name(fields.txtusername, longest_name)
end

return typed_name
