-- Reads who is logged in from the legacy's Home.aspx:
--   <span id="version">v1.4.1 ...</span> ... <span id="Body_txtCURRENTUSER">Other names Last name (LoginName)</span>
-- 1.2.0 shows the same element without the login name, so there a parenthesis is part of somebody's name.
-- The legacy does not encode the names, so anything that could have been written by a user makes the page unreadable.
local home_page = {}

-- The text of the one element that names the user, or nil and why not.
local function element(html)
  local lower = html:lower()
  local _, ids = lower:gsub("id%s*=%s*[\"']?[%w_]*txtcurrentuser", "")
  if ids ~= 1 then
    return nil, ids == 0 and "the page shows no user" or "the page shows more than one user"
  end
  local first, last = lower:find("<span%s[^<>]-id%s*=%s*\"[%w_]*txtcurrentuser\"[^<>]*>")
  if not first then
    return nil, "the element of the user has another form"
  end
  local content, rest = html:sub(last + 1):match("^([^<]*)</[sS][pP][aA][nN]>(.*)$")
  if not content or #content > 1000 or content:find("[<>&%c]") then
    return nil, "the user's name holds markup"
  end
  -- Names that close the element early leave the true end of it behind: a second `)</span>`.
  if not rest:find("^%s*<") or rest:lower():find("%)%s*</span>") then
    return nil, "something follows the user's name"
  end
  return content
end

-- Is this the page of 1.2.0? Only its own element says so, and only when there is no second one.
local function is_nameless(html)
  local lower = html:lower()
  local _, ids = lower:gsub("id%s*=%s*[\"']?version[\"'%s>]", "")
  return ids == 1 and lower:find('<span id="version">v1.2.0</span>', 1, true) ~= nil
end

--- A login name as the backends may be told it, or nil. SQL Server ignores blanks at the end, not at the start.
function home_page.login_name(text, longest)
  if #text > longest or not text:find("^%S") or text:find("[^\32-\126]") then
    return nil
  end
  return text:match("^(.-) *$")
end

--- Returns "user", login name | "nameless" | "unreadable", why.
function home_page.read(html)
  local content, why = element(html)
  if not content then
    return "unreadable", why
  end
  if is_nameless(html) then
    if not content:find("%S") then
      return "unreadable", "the user's name is empty"
    end
    return "nameless"
  end
  local before, text = content:match("^([^()]*)%(([^()]*)%)%s*$")
  if not before then
    return "unreadable", "the user's name is empty or has more than one parenthesis"
  end
  local name = home_page.login_name(text, 50)
  if not name then
    return "unreadable", "the login name is empty, begins with a blank or has characters that no header can carry"
  end
  return "user", name
end

return home_page
