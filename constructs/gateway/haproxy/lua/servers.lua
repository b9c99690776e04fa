-- What this worker knows of its servers, for the one that takes over. The socket that tells it tells the consumers' keys
-- too: it is a file that only the gateway's user opens, and this passes on nothing but the one answer.
local SECONDS = 5

local function ask(question)
  local socket = core.tcp()
  socket:settimeout(SECONDS)
  local answer
  if socket:connect('unix@state.sock') and socket:send(question .. '\n') then
    answer = socket:receive('*a')
  end
  socket:close()
  return answer
end

core.register_service('servers', 'http', function(applet)
  local answer = ask('show servers state')
  applet:set_status(answer and 200 or 503)
  applet:add_header('Content-Type', 'text/plain')
  applet:start_response()
  applet:send(answer or '')
end)
