-- Dates of HTTP in their three forms (RFC 9110, section 5.6.7), as seconds since 1970. Letters count in either case.
local dates = {}

local MONTHS = {}
for at, name in ipairs({ 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec' }) do
  MONTHS[name] = at
end
local DAYS = { mon = 'day', tue = 'sday', wed = 'nesday', thu = 'rsday', fri = 'day', sat = 'urday', sun = 'day' }
local LENGTHS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local TIME = '(%d%d):(%d%d):(%d%d)'

local function leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

-- Days since 1970 of the first of a month.
local function days_until(year, month)
  local before = year - 1
  local days = 365 * before + before // 4 - before // 100 + before // 400 - 719162
  for at = 1, month - 1 do days = days + LENGTHS[at] end
  return (month > 2 and leap(year)) and days + 1 or days
end

local function seconds(year, name, day, hour, minute, second)
  local month = MONTHS[name]
  year, day = tonumber(year), tonumber(day)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  if not month or day < 1 or hour > 23 or minute > 59 or second > 60 then return nil end
  local longest = (month == 2 and leap(year)) and 29 or LENGTHS[month]
  if day > longest then return nil end
  return ((days_until(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second
end

-- A year of two digits is no more than 50 years ahead.
local function whole(year, now)
  local this = 1970 + now // 31556952
  local candidate = this - this % 100 + tonumber(year)
  return candidate > this + 50 and candidate - 100 or candidate
end

function dates.read(text, now)
  text = text:lower()
  local name, day, month, year, hour, minute, second = text:match('^(%a%a%a), (%d%d) (%a%a%a) (%d%d%d%d) ' .. TIME .. ' gmt$')
  if name then return DAYS[name] and seconds(year, month, day, hour, minute, second) end
  name, day, month, year, hour, minute, second = text:match('^(%a+), (%d%d)%-(%a%a%a)%-(%d%d) ' .. TIME .. ' gmt$')
  if name then
    return DAYS[name:sub(1, 3)] == name:sub(4) and seconds(whole(year, now), month, day, hour, minute, second) or nil
  end
  name, month, day, hour, minute, second, year = text:match('^(%a%a%a) (%a%a%a) ([ %d]%d) ' .. TIME .. ' (%d%d%d%d)$')
  return name and DAYS[name] and seconds(year, month, day, hour, minute, second)
end

return dates
