import { joinSamples, toSpeechError } from '@sensevoice-web/engine'
import { readAudioFile } from '../audio/read-audio-file.ts'
import { resampledChunks } from '../audio/resampled-chunks.ts'
import { readDeviceOptions } from '../device/device-options.ts'
import { playDevice } from '../device/play-device.ts'
import { type Streams, told } from './told.ts'

export const DEVICE_USAGE = `Usage: sensevoice device --file SOUND [options]

Plays a device against a companion: sound in real time, with the limits of a BK7258's firmware (no message over 4095 bytes,
no fragments, nothing right behind the upgrade), and prints what comes back and what such a device would lose.

  --url U              ws://127.0.0.1:8790/ws/device
  --token T            of that device
  --dialect D          a: JSON with hexadecimal sound (default), b: the stream protocol, c: xiaozhi's, d: Beken's
  --frame-version N    of c: 1 bare Opus packets (default), 2 behind 16 bytes, 3 behind 4
  --format F           of d: opus (default) or pcm
  --jitter MS          chunks come up to so much late
  --loss PERCENT       of the chunks are lost before they are sent (not b)
  --cut-after MS       the connection is cut so long after the start; as often as you like
  --slow MS            replies are read so much late
`

/** @returns the exit status */
export async function deviceCommand(argv: readonly string[], streams: Streams): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    streams.out(DEVICE_USAGE)
    return 0
  }
  try {
    const options = readDeviceOptions(argv)
    const pieces: Float32Array[] = []
    for await (const chunk of resampledChunks(await readAudioFile(options.file))) pieces.push(chunk.slice())
    await playDevice(joinSamples(pieces), options, (line) => streams.out(`${line}\n`))
    return 0
  } catch (error) {
    const failed = toSpeechError(error, 'network')
    streams.error(told('device', failed))
    return failed.code === 'invalid-argument' ? 2 : 1
  }
}
