-- Ends a request with fields after its last chunk, before the API has got all of it. HAProxy before 3.2 has no way of its
-- own to drop them.
--
--   filter lua.trailers                   for each request, and does nothing by itself
--   http-request lua.watch_trailers       has the filter look at the body of this one
--
-- Each function of a filter that HAProxy may call before a body comes costs every request a third of its time: hence the
-- rule. Whatever Lua a request runs, it runs in one coroutine, which tells whose filter it is.
local Trailers = { id = "trailers", flags = filter.FLT_CFG_FL_HTX }
Trailers.__index = Trailers

local filters = setmetatable({}, { __mode = "k" })

function Trailers.new()
  local own = setmetatable({}, Trailers)
  filters[coroutine.running()] = own
  return own
end

-- What is at hand and no part of the body is the end, which counts as one byte, and the fields before it. An error is the
-- only way to end a request from here.
function Trailers:http_payload(_, message)
  local body = message:body()
  if message:input() > (body and #body or 0) + 1 then
    error("fields after the last chunk", 0)
  end
end

core.register_filter("trailers", Trailers, function(trailers)
  return trailers
end)

core.register_action("watch_trailers", { "http-req" }, function(txn)
  filter.register_data_filter(filters[coroutine.running()], txn.req)
  txn:set_var("txn.watched", true)
end)
