const WIDTH = 760
const HEIGHT = 380
const LEFT = 64
const RIGHT = 210
const TOP = 44
const BOTTOM = 52
/** Distinct in both colour schemes and for most colour-blind readers. */
const COLOURS = ['#888888', '#1b9e77', '#d95f02', '#b0b0b0', '#7570b3', '#c9c9c9', '#e7298a']

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/**
 * Time per second of sound over the length of the sound, as an SVG: one line a series, each named at its end.
 *
 * @param series { name, times: { [seconds]: ms } }[]; dashed when the name is not ours
 */
export function plot({ title, lengths, series }) {
  const perSecond = series.map(({ times }) => lengths.map((seconds) => times[seconds] / seconds))
  const top = Math.ceil(Math.max(...perSecond.flat()) / 20) * 20
  const x = (seconds) =>
    LEFT + (Math.log(seconds / lengths[0]) / Math.log(lengths.at(-1) / lengths[0])) * (WIDTH - LEFT - RIGHT)
  const y = (ms) => HEIGHT - BOTTOM - (ms / top) * (HEIGHT - TOP - BOTTOM)
  const ticks = Array.from({ length: 5 }, (_, index) => (top / 4) * index)
  const labels = spread(
    series.map(({ name }, index) => ({ name, index, at: y(perSecond[index].at(-1)) })),
    16,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<text x="${LEFT}" y="22" font-size="14" fill="#222222">${escaped(title)}</text>
${ticks.map((ms) => `<path d="M${LEFT} ${y(ms)}H${WIDTH - RIGHT}" stroke="#e4e4e4"/><text x="${LEFT - 8}" y="${y(ms) + 4}" text-anchor="end" fill="#555555">${ms}</text>`).join('\n')}
${lengths.map((seconds) => `<text x="${x(seconds).toFixed(1)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#555555">${seconds} s</text>`).join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle" fill="#555555">length of the sound</text>
<text transform="translate(16 ${(HEIGHT + TOP - BOTTOM) / 2}) rotate(-90)" text-anchor="middle" fill="#555555">ms per second of sound</text>
${series
  .map(({ name }, index) =>
    line(
      lengths.map((seconds, at) => [x(seconds), y(perSecond[index][at])]),
      COLOURS[index % COLOURS.length],
      name.startsWith('sherpa'),
    ),
  )
  .join('\n')}
${labels.map(({ name, index, at }) => `<text x="${WIDTH - RIGHT + 10}" y="${(at + 4).toFixed(1)}" fill="${COLOURS[index % COLOURS.length]}">${escaped(name)}</text>`).join('\n')}
</svg>
`
}

function line(points, colour, dashed) {
  const path = points
    .map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('')
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`
}

/** Moves labels apart that would lie on each other. */
function spread(labels, distance) {
  const sorted = labels.toSorted((a, b) => a.at - b.at)
  for (const [index, label] of sorted.entries()) {
    const above = sorted[index - 1]
    if (above !== undefined) label.at = Math.max(label.at, above.at + distance)
  }
  return sorted
}
