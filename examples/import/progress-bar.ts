const WIDTH = 32

/** Draws one line over itself on a terminal; elsewhere, as in a log, one line per tenth. */
export function progressBar(
  output: { isTTY?: boolean; write: (text: string) => unknown },
  total: number,
  unit = 'rows',
): { show: (done: number) => void; end: () => void } {
  let lastTenth = -1
  const line = (done: number): string => {
    const part = total === 0 ? 1 : Math.min(done / total, 1)
    const filled = Math.floor(part * WIDTH)
    return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.floor(part * 100)).padStart(3)}%  ${done} of ${total} ${unit}`
  }
  return {
    show: (done) => {
      const tenth = total === 0 ? 10 : Math.floor((done / total) * 10)
      if (output.isTTY === true) output.write(`\r${line(done)}`)
      else if (tenth > lastTenth) output.write(`${line(done)}\n`)
      lastTenth = tenth
    },
    end: () => {
      if (output.isTTY === true) output.write('\n')
    },
  }
}
