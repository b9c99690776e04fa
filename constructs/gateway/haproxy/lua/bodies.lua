-- Reads a JSON body once, strictly, and checks it. What a policy asks for stands in bodies.json, by the digest that the
-- rule names.
--
--   http-request lua.check_body <policy>     reads the body, which has to be there as a whole
--
-- Nothing allows by being absent: txn.body_good is set only when all holds.
local json = dofile('json.lua')
local schema = dofile('schema.lua')(json)

local function entries()
  local file = assert(io.open('bodies.json', 'rb'))
  local all = assert(json.read(file:read('a')))
  file:close()
  for _, entry in pairs(all) do
    if entry.schema then schema.prepare(entry.schema) end
  end
  return all
end

local policies = entries()

local LONGEST_POINTER = 200

-- A place in a JSON text as a fragment of a URI (RFC 6901, section 6): letters, digits and `- . _ ~ % /`, whatever the
-- names are. One that is too long ends before, at what the place is in.
local function pointer(steps, from, to, by)
  local text = '#'
  for index = from, to, by do
    local name = tostring(steps[index]):gsub('~', '~0'):gsub('/', '~1')
    local step = '/' .. name:gsub('[^%w._~-]', function(sign) return ('%%%02X'):format(sign:byte()) end)
    if #text + #step > LONGEST_POINTER then return text end
    text = text .. step
  end
  return text
end

local FIELD = { string = true, number = true, boolean = true }

-- The first field that is not there; what is there is a text, a number, true, false or a list.
local function missing(fields, value)
  for index = 1, fields.n do
    local found = json.at(value, fields[index])
    if not FIELD[type(found)] and not json.is_array(found) then return fields[index] end
  end
end

core.register_action('check_body', { 'http-req' }, function(txn, id)
  local function refuse(reason, why, where)
    txn:set_var('txn.body_reason', reason)
    txn:set_var('txn.body_fault', why)
    txn:set_var('txn.body_pointer', where)
  end
  local policy = policies[id]
  local text = txn.sf:req_body()
  if text == '' then return refuse('json', 'no body', '#') end
  local value, why, at = json.read(text)
  if value == nil then return refuse('json', why .. ' at byte ' .. at, '#') end
  local field = policy.fields and missing(policy.fields, value)
  if field then return refuse('json-field', 'required', pointer(field, 1, field.n, 1)) end
  if policy.schema then
    local fault, steps = schema.fault(policy.schema, value)
    if fault then return refuse('json-schema', fault, pointer(steps, #steps, 1, -1)) end
  end
  txn:set_var('txn.body_good', true)
end, 1)
