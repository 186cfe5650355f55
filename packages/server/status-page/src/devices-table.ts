import { html, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { DeviceStatus } from '../../src/serve/status/device-record.ts'
import { formatDuration, formatSound } from './duration.ts'

const DIALECTS: Readonly<Record<string, string>> = {
  unknown: 'nothing yet',
  device: 'JSON',
  stream: 'stream',
  xiaozhi: 'xiaozhi',
  beken: 'Beken',
}
const COLUMNS = [
  'Device',
  'Speaks',
  'Connected',
  'Sound',
  'p50',
  'p95',
  'p99',
  'Utterances',
  'Backlog',
  'Dropped',
  'Errors',
] as const

/**
 * Every connected device, a row each; on a narrow page a row is a card. Roles are told although they are the elements' own: what is no
 * longer laid out as a table would lose them.
 */
export function devicesTable(
  devices: readonly DeviceStatus[],
  opened: string | undefined,
  open: (device: string) => void,
): TemplateResult {
  return html`<table role="table">
    <caption>
      p50, p95 and p99 are milliseconds from the end of speech to its result, over the newest 100 results of a device.
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${repeat(
        devices,
        ({ id }) => id,
        (device) => row(device, device.id === opened, open),
      )}
    </tbody>
  </table>`
}

function row(device: DeviceStatus, opened: boolean, open: (device: string) => void): TemplateResult {
  const { id, dialect, connectedSeconds, connectedSince, soundSeconds, utterances, latencyMs } = device
  return html`<tr role="row" ?data-opened=${opened}>
    <th role="rowheader" scope="row">
      <button
        class="device"
        type="button"
        data-device=${id}
        aria-pressed=${opened ? 'true' : 'false'}
        @click=${() => open(id)}
      >
        ${id}
      </button>
    </th>
    ${cell('Speaks', DIALECTS[dialect] ?? dialect)}
    ${cell('Connected', html`<time datetime=${connectedSince}>${formatDuration(connectedSeconds)}</time>`)}
    ${cell('Sound', formatSound(soundSeconds))} ${cell('p50', latency(latencyMs?.p50))}
    ${cell('p95', latency(latencyMs?.p95))} ${cell('p99', latency(latencyMs?.p99))}
    ${cell('Utterances', String(utterances))} ${cell('Backlog', backlog(device))}
    ${cell('Dropped', formatSound(device.droppedSeconds), device.droppedSeconds > 0)}
    ${cell('Errors', String(device.failed), device.failed > 0)}
  </tr>`
}

function cell(name: (typeof COLUMNS)[number], value: unknown, bad = false): TemplateResult {
  return html`<td role="cell" data-name=${name} ?data-bad=${bad}>${value}</td>`
}

function latency(ms: number | undefined): unknown {
  if (ms === undefined)
    return html`<span aria-hidden="true">–</span><span class="hidden">no result yet</span>`
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms))
}

/** Messages that wait for their turn, and sound that was taken and not heard. */
function backlog({ backlog: { messages, soundSeconds } }: DeviceStatus): string {
  const parts = [
    ...(soundSeconds >= 0.05 ? [formatSound(soundSeconds)] : []),
    ...(messages > 0 ? [`${messages} ${messages === 1 ? 'message' : 'messages'}`] : []),
  ]
  return parts.length === 0 ? 'none' : parts.join(', ')
}
