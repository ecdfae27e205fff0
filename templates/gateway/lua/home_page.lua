-- Reads who is logged in from the legacy's Home.aspx:
--   <span id="Body_txtCURRENTUSER">Other names Last name (LoginName)</span>
-- The legacy does not encode the names, so anything that could have been written by a user makes the page unreadable.
local home_page = {}

--- The login name that the page shows, or nil and why not.
function home_page.user(html)
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
  local before, name = content:match("^([^()]*)%(([^()]*)%)%s*$")
  if not before then
    return nil, "the user's name is empty or has more than one parenthesis"
  end
  name = name:match("^%s*(.-)%s*$")
  if name == "" or #name > 50 or name:find("[^\32-\126]") then
    return nil, "the login name is empty or has characters that no header can carry"
  end
  return name
end

return home_page
