-- /photos/<folder of tblPhotos>/<file>: how React asks for the picture of an insuree.
local answer = require "answer"
local legacy = require "legacy"
local settings = require "settings"
local sign_on = require "sign_on"
local viewer = require "viewer"
local visitor = require "visitor"

local photos = {}

local pictures = { jpg = true, jpeg = true, png = true, gif = true, bmp = true }

local function refuse_strangers()
  if settings.routes.photos.access ~= "signed-on" then
    return
  end
  if settings.signOn == "legacy" then
    ngx.var.openimis_refused = "photos"
    visitor.user()
    ngx.var.openimis_refused = ""
    return
  end
  local state = viewer.state()
  if state == "unknown" then
    return answer.refuse(503, "sign-on-unknown", "Please try again", "openIMIS cannot be asked just now who you are.")
  elseif state ~= "user" then
    ngx.var.openimis_refused = "photos"
    return answer.refuse(401, "not-signed-on", "Not signed on", "Please log in to openIMIS first.")
  end
end

--- Pictures only, for signed-on users; not a second door to other pages.
function photos.access()
  legacy.target()
  ngx.req.discard_body()
  local method, path = ngx.req.get_method(), ngx.var.uri:gsub("\\", "/"):match("^/photos/(.+)$")
  local extension = path and path:lower():match("%.(%a+)$")
  if (method ~= "GET" and method ~= "HEAD") or not pictures[extension] or path:find("[^%w _%-./]") or path:find("..", 1, true)
    or path:lower():find("%.a[^/]*/") then -- x.aspx/a.jpg is the page x.aspx
    return answer.refuse(404, "no-picture", "Not found", "There is no such picture.")
  end
  refuse_strangers()
  ngx.var.openimis_uri = settings.legacy.path .. path:gsub(" ", "%%20")
end

function photos.header()
  ngx.header["Set-Cookie"] = nil
  ngx.header["Cache-Control"] = "private, no-store"
  sign_on.write_cookies()
end

return photos
