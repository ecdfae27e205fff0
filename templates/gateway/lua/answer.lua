-- What the gateway itself answers: a page for people, JSON for programs. Every answer carries the id that is in the log.
local audit = require "audit"
local cjson = require "cjson.safe"
local settings = require "settings"

local answer = {}

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function html(values)
  return (settings.page:gsub("{{(%w+)}}", function(name)
    return ((values[name] or ""):gsub("[&<>\"']", escapes))
  end))
end

--- Does a browser load this request as a page (not fetch, XHR, image ...)?
function answer.is_navigation()
  local mode = ngx.var.http_sec_fetch_mode
  if mode then
    return mode == "navigate"
  end
  return ngx.req.get_method() == "GET" and (ngx.var.http_accept or ""):find("text/html", 1, true) ~= nil
end

local function wants_json(page_for_people)
  local route = ngx.var.openimis_route
  return (route == "iapi" or route == "api") and not page_for_people or not answer.is_navigation()
end

local function send(status, content_type, body)
  ngx.req.discard_body()
  ngx.ctx.own_answer = true
  ngx.status = status
  ngx.header["Content-Type"] = content_type
  ngx.header["Content-Length"] = #body
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(body)
  return ngx.exit(ngx.HTTP_OK)
end

--- Ends the request. `code` is a stable word for programs, `title` and `text` are for people.
--- /api and /iapi get JSON; with `page_for_people` a page that is opened there gets a page.
function answer.refuse(status, code, title, text, page_for_people)
  local id = ngx.var.request_id
  audit.refused(status, code)
  if wants_json(page_for_people) then
    return send(status, "application/json", cjson.encode { error = code, message = text, id = id })
  end
  return send(status, "text/html; charset=utf-8", html {
    title = title,
    text = text,
    id = id,
    server = settings.server,
    sandbox = settings.sandbox and "Sandbox: everything here is a stand-in, nothing of it is real." or "",
  })
end

--- Ends the request with a temporary redirect; `location` is a path of this server.
function answer.redirect(location)
  ngx.req.discard_body()
  ngx.ctx.own_answer = true
  ngx.status = 302
  ngx.header["Location"] = location
  ngx.header["Content-Length"] = 0
  ngx.header["Cache-Control"] = "no-store"
  ngx.send_headers()
  return ngx.exit(ngx.HTTP_OK)
end

function answer.not_deployed()
  return answer.refuse(404, "not-deployed", "Not part of this server", "This part of openIMIS is not deployed on this server.")
end

function answer.not_found()
  return answer.refuse(404, "not-found", "Not found", "There is no such page on this server.")
end

--- Named location for 502 and 504: which side does not answer?
function answer.failed(status)
  local route = ngx.var.openimis_route
  if route == "front" or route == "iapi" or route == "api" or route == "legacy-calls" then
    return answer.refuse(status, "not-answering", "The new openIMIS does not answer",
      "The new part of openIMIS does not answer just now. Please try again in a minute.")
  end
  return answer.refuse(status, "legacy-not-answering", "openIMIS does not answer",
    "The existing openIMIS does not answer just now. Please try again in a minute.")
end

return answer
