-- wrk's script: every connection takes the next of some prepared requests, and the result is one line of JSON.
-- Arguments after `--`: path, file with one line of headers per visitor (`Name: value<TAB>Name: value`).
local requests, at, first = {}, 0, 0

function setup(thread)
  thread:set("first", first)
  first = first + 7
end

function init(arguments)
  for line in io.lines(arguments[2]) do
    local headers = {}
    for name, value in line:gmatch("([^:\t]+): ([^\t]*)") do
      headers[name] = value
    end
    requests[#requests + 1] = wrk.format("GET", arguments[1], headers)
  end
  at = first
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout
  ))
end
