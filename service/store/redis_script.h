#pragma once

namespace sharpen::server {

/// What happens to jobs inside Redis: each operation is one script, so it happens whole or not at
/// all. Arguments: the operation's name and its own. A queue is a stream for each key and lane
/// ("fast", "normal") with one consumer group; an entry leaves it when its job ends.
inline constexpr const char* redis_script = R"lua(
local usage = 'sharpen:usage'
local function job_key(id) return 'sharpen:job:' .. id end
local function source_key(id) return 'sharpen:source:' .. id end
local function queues_key(lane) return 'sharpen:queues:' .. lane end
local lanes = {'fast', 'normal'}

local function count(owner, unfinished, bytes)
  for _, key in ipairs({usage, usage .. ':' .. owner}) do
    redis.call('HINCRBY', key, 'unfinished', unfinished)
    redis.call('HINCRBY', key, 'bytes', bytes)
  end
end

-- Whether a consumer has the claim of a job that has not ended; the queue and its entry.
local function has_claim(consumer, id)
  local ended, queue, entry = unpack(redis.call('HMGET', job_key(id), 'ended', 'queue', 'entry'))
  if ended ~= '0' then return false end
  local claim = redis.call('XPENDING', queue, 'workers', entry, entry, 1)[1]
  return claim and claim[2] == consumer, queue, entry
end

local run = {}

function run.submit(id, record, owner, lane, credits, source, source_record, bytes, created)
  local known = redis.call('HGET', job_key(id), 'sequence')
  if known then return known end
  if redis.call('HSETNX', source_key(source), 'record', source_record) == 1 then
    redis.call('HSET', source_key(source), 'owner', owner, 'bytes', bytes)
    redis.call('ZADD', 'sharpen:sources', created, source)
    count(owner, 0, bytes)
  end
  redis.call('ZREM', 'sharpen:orphans', source)
  redis.call('HINCRBY', source_key(source), 'jobs', 1)
  redis.call('HINCRBY', source_key(source), 'unfinished', 1)
  local queue = 'sharpen:queue:' .. lane .. ':' .. owner
  if redis.call('ZADD', queues_key(lane), 'NX', 0, queue) == 1 then
    redis.call('XGROUP', 'CREATE', queue, 'workers', 0, 'MKSTREAM')
  end
  local sequence = redis.call('INCR', 'sharpen:sequence')
  local entry = redis.call('XADD', queue, '*', 'job', id)
  redis.call('HSET', job_key(id), 'record', record, 'sequence', sequence, 'owner', owner,
    'credits', credits, 'source', source, 'queue', queue, 'entry', entry, 'bytes', 0,
    'progress', 0, 'ended', 0)
  redis.call('ZADD', 'sharpen:jobs:' .. owner, sequence, id)
  count(owner, 1, 0)
  redis.call('HINCRBY', usage, 'reserved', credits)
  return sequence
end

-- The queues take turns; what a worker has lost goes before what is new.
function run.claim(consumer, visibility)
  for _, lane in ipairs(lanes) do
    for _, queue in ipairs(redis.call('ZRANGE', queues_key(lane), 0, -1)) do
      local found = {}
      local lost = redis.call('XPENDING', queue, 'workers', 'IDLE', visibility, '-', '+', 1)[1]
      if lost then found = redis.call('XCLAIM', queue, 'workers', consumer, visibility, lost[1]) end
      if #found == 0 then
        local read = redis.call('XREADGROUP', 'GROUP', 'workers', consumer, 'COUNT', 1,
          'STREAMS', queue, '>')
        if read then found = read[1][2] end
      end
      if #found > 0 then
        redis.call('ZADD', queues_key(lane), redis.call('INCR', 'sharpen:turn'), queue)
        return found[1][2][2]
      end
    end
  end
  return false
end

function run.start(id, consumer, record)
  if has_claim(consumer, id) then redis.call('HSET', job_key(id), 'record', record) end
end

-- A day without a sign is more than any service waits.
function run.give_back(id, consumer, record)
  local claimed, queue, entry = has_claim(consumer, id)
  if not claimed then return end
  redis.call('HSET', job_key(id), 'record', record)
  redis.call('XCLAIM', queue, 'workers', consumer, 0, entry, 'IDLE', 86400000, 'JUSTID')
end

function run.keep(id, consumer, progress)
  local claimed, queue, entry = has_claim(consumer, id)
  if not claimed then return 0 end
  redis.call('XCLAIM', queue, 'workers', consumer, 0, entry, 'JUSTID')
  redis.call('HSET', job_key(id), 'progress', progress)
  return 1
end

function run.finish(id, record, bytes, time, charge)
  local ended, queue, entry, owner, credits, source = unpack(redis.call('HMGET', job_key(id),
    'ended', 'queue', 'entry', 'owner', 'credits', 'source'))
  if ended ~= '0' then return 0 end
  redis.call('HSET', job_key(id), 'record', record, 'bytes', bytes, 'ended', 1)
  redis.call('XACK', queue, 'workers', entry)
  redis.call('XDEL', queue, entry)
  redis.call('ZADD', 'sharpen:ended', time, id)
  redis.call('HINCRBY', source_key(source), 'unfinished', -1)
  redis.call('HINCRBY', usage, 'reserved', -credits)
  count(owner, -1, bytes)
  if charge ~= '' then
    redis.call('HINCRBY', usage, 'charged', credits)
    redis.call('ZADD', 'sharpen:charges', time, charge)
  end
  return 1
end

function run.remove(id, now)
  local ended, owner, bytes, source = unpack(redis.call('HMGET', job_key(id),
    'ended', 'owner', 'bytes', 'source'))
  if ended ~= '1' then return end
  redis.call('DEL', job_key(id))
  redis.call('ZREM', 'sharpen:ended', id)
  redis.call('ZREM', 'sharpen:jobs:' .. owner, id)
  count(owner, 0, -bytes)
  if redis.call('EXISTS', source_key(source)) == 1
    and redis.call('HINCRBY', source_key(source), 'jobs', -1) == 0 then
    redis.call('ZADD', 'sharpen:orphans', now, source)
  end
end

function run.list(owner)
  local jobs = {}
  for _, id in ipairs(redis.call('ZREVRANGE', 'sharpen:jobs:' .. owner, 0, -1)) do
    jobs[#jobs + 1] = redis.call('HMGET', job_key(id), 'record', 'sequence', 'progress')
  end
  return jobs
end

-- Uploads that nobody will need: those sent before a time, those without a job since another.
function run.remove_sources(sent_before, orphaned_before)
  local removed = {}
  local function remove(list, before)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', list, '-inf', before)) do
      local owner, bytes, unfinished = unpack(redis.call('HMGET', source_key(id),
        'owner', 'bytes', 'unfinished'))
      if unfinished == '0' then
        redis.call('DEL', source_key(id))
        redis.call('ZREM', 'sharpen:sources', id)
        redis.call('ZREM', 'sharpen:orphans', id)
        count(owner, 0, -bytes)
        removed[#removed + 1] = id
      end
    end
  end
  remove('sharpen:sources', sent_before)
  remove('sharpen:orphans', orphaned_before)
  redis.call('ZREMRANGEBYSCORE', 'sharpen:charges', '-inf', sent_before)
  return removed
end

-- Workers that are gone for so many milliseconds.
function run.forget_consumers(idle)
  for _, lane in ipairs(lanes) do
    for _, queue in ipairs(redis.call('ZRANGE', queues_key(lane), 0, -1)) do
      for _, each in ipairs(redis.call('XINFO', 'CONSUMERS', queue, 'workers')) do
        if each[4] == 0 and each[6] > tonumber(idle) then
          redis.call('XGROUP', 'DELCONSUMER', queue, 'workers', each[2])
        end
      end
    end
  end
end

return run[ARGV[1]](unpack(ARGV, 2))
)lua";

}  // namespace sharpen::server
