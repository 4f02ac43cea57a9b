// Interleaved rounds in one process: in each round every contender does a short stretch of the same
// work, in a new random order, so that whatever the machine is busy with meets all of them alike.
// Long enough that whoever makes garbage pays for its collection itself.
const STRETCH_MS = 10
const WARM_UP_MS = 60

/**
 * Nanoseconds of CPU time per call of each contender, one figure per round: `{ [name]: number[] }`.
 */
export async function measure(task, contenders, rounds) {
  const runners = []
  for (const contender of contenders) {
    const call = task.call(contender)
    if (!call) continue
    await check(task, contender, call)
    const isAsync = call(0) instanceof Promise
    const time = isAsync ? timeAsync : timeSync
    const warm = await warmUp(time, call)
    runners.push({
      name: contender.name,
      call,
      time,
      calls: Math.max(1, Math.round((STRETCH_MS * 1e6) / warm)),
      figures: [],
    })
  }
  for (let round = 0; round < rounds; round++) {
    for (const runner of shuffle(runners))
      runner.figures.push(await runner.time(runner.call, runner.calls))
  }
  return Object.fromEntries(runners.map(({ name, figures }) => [name, figures]))
}

async function check(task, { name }, call) {
  for (let i = 0; i < 64; i++)
    if (!task.right(await call(i), i)) throw new Error(`${name} gets "${task.name}" wrong`)
}

async function warmUp(time, call) {
  let last
  for (
    let calls = 1, end = performance.now() + WARM_UP_MS;
    performance.now() < end;
    calls = Math.min(calls * 2, 1000)
  )
    last = await time(call, calls)
  return last
}

let sink = 0

async function timeAsync(call, calls) {
  const start = process.cpuUsage()
  for (let i = 0; i < calls; i++) sink += (await call(i)) ? 1 : 0
  return nanoseconds(start) / calls
}

function timeSync(call, calls) {
  const start = process.cpuUsage()
  for (let i = 0; i < calls; i++) sink += call(i) ? 1 : 0
  return nanoseconds(start) / calls
}

/**
 * CPU time of the whole process, garbage collection included: unlike the clock on the wall it does
 * not count the neighbors' turns.
 */
function nanoseconds(start) {
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1000
}

export function shuffle(list) {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}

export function lowerQuartile(figures) {
  return [...figures].sort((a, b) => a - b)[figures.length >> 2]
}

export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
