-- How long an answer may be kept, by what it says of itself (RFC 9111, sections 4.2 and 5.2.2; RFC 9213).
local dates = dofile('dates.lua')
local freshness = {}

-- What does not fit into 31 bits counts as this (RFC 9111, section 1.2.2).
local LONGEST = 2147483648

local function delta(text)
  if not text:find('^%d+$') then return nil end
  return #text > 10 and LONGEST or math.min(tonumber(text), LONGEST)
end

-- Parts between commas, of which those in quotation marks do not count; if a mark is left open, all do.
local function members(text)
  local parts, start, at, quoted = {}, 1, 1, false
  while at <= #text do
    local one = text:sub(at, at)
    if quoted and one == '\\' then at = at + 1
    elseif one == '"' then quoted = not quoted
    elseif one == ',' and not quoted then
      parts[#parts + 1] = text:sub(start, at - 1)
      start = at + 1
    end
    at = at + 1
  end
  parts[#parts + 1] = text:sub(start)
  return quoted and members((text:gsub('"', ' '))) or parts
end

-- By name in lower case: the values, where there is none, true.
local function said(text)
  local found = {}
  for _, part in ipairs(members(text)) do
    local name, rest = part:match("^%s*([%w!#$%%&'*+.^_`|~-]+)(.-)%s*$")
    if name then
      name = name:lower()
      local value = rest:match('^="([^"\\]*)"$') or rest:match('^=([^"]*)$')
      found[name] = found[name] or {}
      table.insert(found[name], rest == '' or value or rest)
    end
  end
  return found
end

-- An item of a structured field (RFC 9651, section 4.2.3.1): its value and where the text goes on.
local function item(text, at)
  local function take(pattern) return text:match('^(' .. pattern .. ')()', at) end
  local value, after = take('"[^"\\]*"')
  if value then return value, after end
  value, after = take('%-?%d+%.%d+')
  if value then return value, after end
  value, after = take('%-?%d+')
  if value then
    if #value > 15 then return nil end
    return tonumber(value), after
  end
  value, after = take('%?[01]')
  if value then return value == '?1', after end
  value, after = take(':[%w+/=]*:')
  if value then return value, after end
  return take("[%a*][%w!#$%%&'*+.^_`|~:/-]*")
end

-- A dictionary, or nothing if it is none (RFC 9651, section 4.2.2).
local function dictionary(text)
  local found, at, empty = {}, text:match('^ *()'), true
  while at <= #text do
    local name, after = text:match('^([%l*][%l%d_.*-]*)()', at)
    if not name then return nil end
    local value = true
    if text:sub(after, after) == '=' then value, after = item(text, after + 1) end
    if value == nil then return nil end
    while true do
      local start = text:match('^; *[%l*][%l%d_.*-]*()', after)
      if not start then break end
      after = start
      if text:sub(after, after) == '=' then
        local parameter
        parameter, after = item(text, after + 1)
        if parameter == nil then return nil end
      end
    end
    found[name] = { value }
    empty = false
    at = text:match('^[ \t]*,[ \t]*()', after)
    if not at then return text:find('^[ \t]*$', after) and found or nil end
    if at > #text then return nil end
  end
  return not empty and found or nil
end

-- Both a number and its digits are known: one is a structured field's, the other one Cache-Control's.
local function seconds(values)
  if not values then return nil end
  local first = values[1]
  for at = 2, #values do
    if values[at] ~= first then return 0 end
  end
  if math.type(first) == 'integer' then return math.max(0, math.min(first, LONGEST)) end
  return type(first) == 'string' and delta(first) or 0
end

local function by_date(lines, now)
  local expires = #lines.expires == 1 and dates.read(lines.expires[1], now)
  if not expires then return 0 end
  return expires - (#lines.date == 1 and dates.read(lines.date[1], now) or now)
end

-- Of several, the first counts; what is no number counts for nothing (RFC 9111, section 5.1).
function freshness.age(lines)
  return delta((lines.age[1] or ''):match('^[^,]*'):match('^%s*(.-)%s*$'))
end

-- Each of `lines` is the lines of a header. Seconds from now on; 0: it must not be kept.
function freshness.lifetime(lines, now, most, respect, default)
  local words = dictionary(table.concat(lines['cdn-cache-control'], ', '))
  local targeted = words ~= nil
  words = words or said(table.concat(lines['cache-control'], ', '))
  for _, name in ipairs({ 'no-store', 'no-cache', 'private' }) do
    if words[name] and words[name][1] ~= false then return 0 end
  end
  if not respect then return most end
  local lifetime = seconds(words['s-maxage']) or seconds(words['max-age'])
  if not lifetime and not targeted and lines.expires[1] then lifetime = by_date(lines, now) end
  lifetime = (lifetime or default or 0) - (freshness.age(lines) or 0)
  return math.max(0, math.min(lifetime, most))
end

core.register_action('freshness', { 'http-res' }, function(txn)
  local all, lines = txn.http:res_get_headers(), {}
  for _, name in ipairs({ 'cdn-cache-control', 'cache-control', 'expires', 'date', 'age' }) do
    local list, sent = {}, all[name] or {}
    for at = 0, 63 do list[#list + 1] = sent[at] end
    lines[name] = list
  end
  local most, default = txn:get_var('txn.ttl_most'), txn:get_var('txn.ttl_default')
  local respect = txn:get_var('txn.ttl_respect') ~= nil
  local ttl = freshness.lifetime(lines, os.time(), most, respect, default)
  if ttl > 0 then txn:set_var('txn.ttl', ttl) end
  local age = freshness.age(lines)
  if age then txn:set_var('txn.age_before', age) end
end)

return freshness
