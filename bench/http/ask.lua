-- wrk's script: every request is a random line of a file of paths; prints p50 and p99 in ms.
local paths = {}

function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  math.randomseed(tonumber(args[2]))
end

function request() return wrk.format("GET", paths[math.random(#paths)]) end

function done(summary, latency)
  local bad = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("measured %.3f %.3f %d %d\n", latency:percentile(50) / 1000,
                         latency:percentile(99) / 1000, summary.requests, bad))
end
