-- Ends a request with fields after its last chunk, before the API has got all of it. HAProxy before 3.2 has no way of its
-- own to drop them.
local Trailers = { id = "trailers", flags = filter.FLT_CFG_FL_HTX }
Trailers.__index = Trailers

-- One for each request: HAProxy notes in it whose it is.
function Trailers.new()
  return setmetatable({}, Trailers)
end

-- Once a body has been waited for, the headers cannot be read from here: the rules have noted the coding.
function Trailers:http_headers(txn, message)
  if not message.channel:is_resp() and txn:get_var("txn.coding") then
    filter.register_data_filter(self, message.channel)
  end
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
