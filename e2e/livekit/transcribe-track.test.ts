import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web'
import { initializeLogger, stt } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'
import type { Utterance } from '@sensevoice-web/pipeline'
import { beforeAll, describe, expect, test } from 'vitest'
import { AgentState } from '../../examples/livekit-agent/agent-state.js'
import { Floor } from '../../examples/livekit-agent/floor.js'
import { TrackRuns } from '../../examples/livekit-agent/track-runs.js'
import { transcribeTrack } from '../../examples/livekit-agent/transcribe-track.js'
import { Arrivals } from './support/arrivals.ts'

const { START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType
const FRAME_SAMPLES = 160

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** A recognizer's stream whose events are told by the test. */
class ToldStream extends stt.SpeechStream {
  label = 'told'
  readonly pushed: AudioFrame[] = []
  readonly #end = gate()

  tell(type: stt.SpeechEventType, text?: string): void {
    const language = 'en' as stt.SpeechData['language']
    const speech = { text: text ?? '', language, startTime: 0, endTime: 1, confidence: 1 }
    this.queue.put({ type, ...(text === undefined ? {} : { alternatives: [speech] }) })
  }

  /** No event comes any more. */
  get over(): boolean {
    return this.output.closed
  }

  end(): void {
    this.#end.open()
  }

  override pushFrame(frame: AudioFrame): void {
    this.pushed.push(frame)
  }

  protected override async run(): Promise<void> {
    await this.#end.opened
  }
}

class ToldStt extends stt.STT {
  label = 'told'
  readonly streams = new Arrivals<ToldStream>()

  constructor() {
    super({ streaming: true, interimResults: true })
  }

  protected override async _recognize(): Promise<never> {
    throw new Error('only streams')
  }

  override stream(): ToldStream {
    const stream = new ToldStream(this, 16_000)
    this.streams.add(stream)
    return stream
  }
}

/** A track of a room; `publishing` is awaited by everything that is published. */
function track(publishing: Promise<void> = Promise.resolve()) {
  let controller: ReadableStreamDefaultController<AudioFrame> | undefined
  const sound = new ReadableStream<AudioFrame>({
    start: (given) => {
      controller = given
    },
  })
  const localParticipant = {
    publishData: () => publishing,
    streamText: async () => ({ write: async () => {}, close: async () => {} }),
  }
  const room = { localParticipant } as unknown as Parameters<typeof transcribeTrack>[0]['room']
  const recognizer = new ToldStt()
  const begin = (speaking?: Floor, signal = new AbortController().signal) =>
    transcribeTrack({ room, stt: recognizer, sound, trackSid: 'TR_1', identity: 'anna', signal, speaking })
  return {
    begin,
    streams: recognizer.streams,
    sound: () => controller?.enqueue(new AudioFrame(new Int16Array(FRAME_SAMPLES), 16_000, 1, FRAME_SAMPLES)),
    end: () => controller?.close(),
  }
}

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }))

describe('a track', () => {
  test('gives no sound to a recognizer that has ended, however long its last words take to be published', async () => {
    const published = gate()
    const { begin, streams, sound, end } = track(published.opened)
    const done = begin()
    const first = await streams.first('a stream', () => true)
    sound()
    await expect.poll(() => first.pushed.length).toBe(1)
    first.tell(FINAL_TRANSCRIPT, 'last words')
    first.end()
    await expect.poll(() => first.over).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    sound()
    sound()
    published.open()
    const second = await streams.first('another stream', (stream) => stream !== first)
    await expect.poll(() => second.pushed.length).toBe(2)
    expect(first.pushed).toHaveLength(1)
    end()
    second.end()
    await done
  })

  test('that is gone takes no mark of the same track that came again', async () => {
    const turns: Utterance[] = []
    const floor = new Floor({ silence: () => false, onTurn: (utterance) => turns.push(utterance) })
    const [old, again] = [track(), track()]
    const doneOld = old.begin(floor)
    const doneAgain = again.begin(floor)
    const before = await old.streams.first('a stream', () => true)
    const now = await again.streams.first('a stream', () => true)
    now.tell(START_OF_SPEECH)
    now.tell(FINAL_TRANSCRIPT, 'one')
    before.end()
    old.end()
    await doneOld
    expect(turns).toEqual([])
    now.tell(FINAL_TRANSCRIPT, 'two')
    now.tell(END_OF_SPEECH)
    await expect.poll(() => turns.map(({ text }) => text)).toEqual(['one\ntwo'])
    floor.close()
    now.end()
    again.end()
    await doneAgain
  })
})

describe('the tracks of a room', () => {
  test('are waited for until all have ended, also one that came again before its first end', async () => {
    const runs = new TrackRuns()
    const [old, again] = [gate(), gate()]
    const signals: AbortSignal[] = []
    const hear = (until: Promise<void>) => (signal: AbortSignal) => {
      signals.push(signal)
      return until
    }
    runs.begin('TR_1', hear(old.opened))
    runs.begin('TR_1', hear(again.opened))
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    old.open()
    await new Promise((resolve) => setImmediate(resolve))
    let ended = false
    const ending = runs.endAll().then(() => {
      ended = true
    })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).toBe(false)
    again.open()
    await ending
  })

  test('end one by one', () => {
    const runs = new TrackRuns()
    const signals: AbortSignal[] = []
    for (const sid of ['TR_1', 'TR_2']) {
      runs.begin(sid, async (signal) => void signals.push(signal))
    }
    runs.end('TR_2')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })
})

test('the state of an agent is told again as it is', async () => {
  const told: string[] = []
  const localParticipant = {
    setAttributes: async (attributes: Record<string, string>) => void told.push(...Object.values(attributes)),
  }
  const state = new AgentState({ localParticipant } as unknown as ConstructorParameters<typeof AgentState>[0])
  state.tell()
  state.set('speaking')
  state.tell()
  state.set('listening')
  await expect.poll(() => told).toEqual(['listening', 'speaking', 'speaking', 'listening'])
})
