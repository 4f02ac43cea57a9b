// The chart of docs/performance.md, drawn from a run's figures: one bar per piece of work, its
// length the ratio to the fastest peer.
const WIDTH = 720
const LEFT = 290
const ROW = 34
const TOP = 54

/** An SVG that follows the reader's light or dark theme. */
export function drawChart({ date, cpu, node, results }) {
  const rows = results.filter(({ target }) => target !== undefined)
  const longest = Math.max(
    ...rows.flatMap(({ fastestPeer, target }) => [fastestPeer.ratio, target]),
  )
  const scale = (WIDTH - LEFT - 60) / longest
  const height = TOP + rows.length * ROW + 40
  const baseline = LEFT + scale
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="How many times faster keystep is than the fastest peer">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .faint { fill: #59636e; font-size: 12px } .title { font-weight: 600; font-size: 15px }
.bar { fill: #0969da } .behind { fill: #bc4c00 } .one { stroke: #59636e; stroke-dasharray: 3 3 } .goal { stroke: #1f2328; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .faint { fill: #9198a1 } .bar { fill: #4493f8 } .behind { fill: #f0883e } .one { stroke: #9198a1 } .goal { stroke: #f0f6fc } }
</style>
<text x="0" y="18" class="title">Times faster than the fastest peer</text>
<text x="0" y="38" class="faint">dashed: as fast as it; upright stroke: the goal</text>
${rows.map((row, i) => drawRow(row, TOP + i * ROW, scale)).join('\n')}
<line x1="${baseline.toFixed(1)}" x2="${baseline.toFixed(1)}" y1="${TOP}" y2="${TOP + rows.length * ROW}" class="one"/>
<text x="0" y="${height - 12}" class="faint">${escape(`${date}, ${cpu}, ${node}`)}</text>
</svg>
`
}

function drawRow({ name, from, target, fastestPeer }, y, scale) {
  const length = fastestPeer.ratio * scale
  const goal = LEFT + target * scale
  const label = `${name.replace(' to a key, an issuer and an account', '')}${from === 'bytes' ? ' (from bytes)' : ''}`
  return `<text x="0" y="${y + 20}">${escape(label)}</text>
<rect x="${LEFT}" y="${y + 6}" width="${length.toFixed(1)}" height="20" rx="3" class="${fastestPeer.ratio < target ? 'behind' : 'bar'}"/>
<line x1="${goal.toFixed(1)}" x2="${goal.toFixed(1)}" y1="${y + 3}" y2="${y + 29}" class="goal"/>
<text x="${(LEFT + Math.max(length, target * scale) + 8).toFixed(1)}" y="${y + 21}">${fastestPeer.ratio.toFixed(2)}</text>`
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
