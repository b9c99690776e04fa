-- Formats of JSON Schema that can be told exactly: RFC 3339, RFC 4122, RFC 2673 (section 3.2) and RFC 4291 (section 2.2).
local formats = {}

local find, match, rep = string.find, string.match, string.rep

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function numbers(...)
  local list = table.pack(...)
  for index = 1, list.n do list[index] = tonumber(list[index], 10) end
  return table.unpack(list, 1, list.n)
end

local function is_date(text)
  local year, month, day = match(text, '^(%d%d%d%d)%-(%d%d)%-(%d%d)$')
  if not year then return false end
  year, month, day = numbers(year, month, day)
  local leap = month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month >= 1 and month <= 12 and day >= 1 and day <= DAYS[month] + (leap and 1 or 0)
end

local function is_time(text)
  local hour, minute, second, zone = match(text, '^(%d%d):(%d%d):(%d%d)(.+)$')
  if not hour then return false end
  hour, minute, second = numbers(hour, minute, second)
  if hour > 23 or minute > 59 or second > 60 then return false end
  if find(zone, '^%.') then zone = match(zone, '^%.%d+(.+)$') end
  if not zone then return false end
  local offset = 0
  if zone ~= 'Z' and zone ~= 'z' then
    local sign, hours, minutes = match(zone, '^([+-])(%d%d):(%d%d)$')
    if not sign then return false end
    hours, minutes = numbers(hours, minutes)
    if hours > 23 or minutes > 59 then return false end
    offset = (sign == '+' and 1 or -1) * (hours * 60 + minutes)
  end
  -- A leap second is the last one of a day of UTC.
  return second < 60 or (hour * 60 + minute - offset) % 1440 == 1439
end

local UUID = '^' .. rep('%x', 8) .. rep('%-' .. rep('%x', 4), 3) .. '%-' .. rep('%x', 12) .. '$'

local function is_ipv4(text)
  local one, two, three, four = match(text, '^(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)$')
  if not one then return false end
  for _, part in ipairs({ one, two, three, four }) do
    if find(part, '^0.') or tonumber(part) > 255 then return false end
  end
  return true
end

-- Groups of a part of an address that has no `::` in it; nil when it is none. The last may be an IPv4 address.
local function groups(text, last)
  if text == '' then return 0 end
  local count, from = 0, 1
  while true do
    local stop = find(text, ':', from, true)
    local part = text:sub(from, (stop or 0) - 1)
    if find(part, '^%x%x?%x?%x?$') then count = count + 1
    elseif not stop and last and is_ipv4(part) then count = count + 2
    else return nil end
    if not stop then return count end
    from = stop + 1
  end
end

local function is_ipv6(text)
  if #text > 45 then return false end
  local left, right = match(text, '^(.-)::(.*)$')
  if not left then return groups(text, true) == 8 end
  local before, behind = groups(left, false), groups(right, true)
  return before ~= nil and behind ~= nil and before + behind <= 7
end

formats['date'] = is_date
formats['time'] = is_time
formats['date-time'] = function(text)
  return find(text, '^..........[Tt]') ~= nil and is_date(text:sub(1, 10)) and is_time(text:sub(12))
end
formats['uuid'] = function(text) return find(text, UUID) ~= nil end
formats['ipv4'] = is_ipv4
formats['ipv6'] = is_ipv6

return formats
