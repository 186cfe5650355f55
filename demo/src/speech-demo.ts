import {
  SpeechAnalyzerController,
  type SpeechSelectDetail,
  type SpeechTranscript,
} from '@sensevoice-web/elements'
import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { SpeechAnalyzer } from 'sensevoice-web'
import { announcement } from './announcement.ts'
import { Answers } from './answers/answers.ts'
import { answersCard } from './answers/answers-card.ts'
import { BrowserCheck } from './browser-check.ts'
import { fileControls } from './file-controls.ts'
import { fileDrop } from './file-drop.ts'
import { listenControls } from './listen-controls.ts'
import { liveLine } from './live-line.ts'
import { Microphones } from './microphones.ts'
import { modelOf } from './models/model-choice.ts'
import { holdsModel, modelFiles } from './models/model-files.ts'
import { modelPanel } from './models/model-panel.ts'
import { questionNotice } from './models/model-question.ts'
import { ModelShelf } from './models/model-shelf.ts'
import { OfflinePage } from './offline-page.ts'
import { Playback } from './playback.ts'
import { resultDetails } from './result-details.ts'
import { fetchSample } from './samples.ts'
import { remoteOf } from './server/server-choice.ts'
import { serverPanel } from './server/server-panel.ts'
import { ServerSwitch } from './server/server-switch.ts'
import { settingsPanel } from './settings-panel.ts'
import { analyzerSettings, loadSettings, type Settings, saveSettings } from './settings-store.ts'
import { statusLines } from './status-lines.ts'
import { transcriptCard } from './transcript-card.ts'
import { TranscriptScroll } from './transcript-scroll.ts'
import { wordsPanel } from './words-panel.ts'

/** The demo page: it only arranges elements and hands the visitor's wishes to the controller. */
class SpeechDemo extends LitElement {
  static override properties = {
    settings: { state: true },
    selectedId: { state: true },
    dragging: { state: true },
  }
  declare settings: Settings
  declare selectedId: number | undefined
  declare dragging: boolean

  readonly #speech = new SpeechAnalyzerController(this, async ({ signal, onProgress }) => {
    const model = await this.#shelf.agreed(signal)
    signal.throwIfAborted()
    const { choice } = this.#server
    const analyzer = SpeechAnalyzer.create({
      model: modelOf(model),
      ...(choice === undefined ? {} : { remote: remoteOf(choice, this.#server.answers) }),
      ...analyzerSettings(this.settings),
      signal,
      onProgress,
    })
    const ready = () => Promise.all([this.#shelf.loaded(model), this.#offline.register()])
    void analyzer.then((loaded) => this.#answers.follow(loaded)).catch(() => {})
    void analyzer.then(ready, () => this.#shelf.refresh())
    return await analyzer
  })
  readonly #shelf = new ModelShelf(this, {
    load: () => this.#speech.reload(),
    report: (error) => this.#speech.report(toSpeechError(error, 'model-not-found')),
  })
  readonly #server = new ServerSwitch({
    load: () => this.#speech.reload(),
    report: (error) => this.#speech.report(error),
  })
  readonly #answers = new Answers(this, () => this.#speech.results.at(-1)?.text ?? '')
  readonly #offline = new OfflinePage(this)
  readonly #playback = new Playback(this)
  readonly #microphones = new Microphones(this)
  readonly #check = new BrowserCheck(this)
  readonly #scroll = new TranscriptScroll()
  /** What the visitor asked for last, for "Try again". */
  #again: (() => unknown) | undefined
  readonly #drop = fileDrop({
    hover: (dragging) => {
      this.dragging = dragging
    },
    files: (files) => (holdsModel(files) ? this.#openModel(files) : this.#analyzeAll(files)),
  })

  constructor() {
    super()
    this.settings = loadSettings()
    this.dragging = false
  }

  /** In the page itself: one style sheet, and labels and ids that see each other. */
  protected override createRenderRoot(): HTMLElement {
    return this
  }

  /** Also when it was moved within its document: an analyzer ends with the removal. */
  override connectedCallback(): void {
    super.connectedCallback()
    this.#shelf.begin()
  }

  protected override updated(changed: PropertyValues<this>): void {
    const list = this.querySelector<SpeechTranscript>('speech-transcript')
    if (list) this.#scroll.follow(list, this.#speech, this.#playback.positionMs)
    if (changed.has('settings')) document.documentElement.dataset['theme'] = this.settings.theme
  }

  override render() {
    return html`<div
      class="page"
      ?data-dragging=${this.dragging}
      @dragenter=${this.#drop.over}
      @dragover=${this.#drop.over}
      @dragleave=${this.#drop.leave}
      @drop=${this.#drop.drop}
    >
      <header>
        <p class="brand">sensevoice<span>-web</span></p>
        <speech-runtime-badge .runtime=${this.#speech.analyzer?.runtime}></speech-runtime-badge>
      </header>
      ${this.#offline.notice()} ${questionNotice(this.#shelf)}
      <main>
        ${this.#hero()}
        ${transcriptCard(this.#speech, this.#playback, this.#selected()?.segmentId, { clear: this.#clear, select: this.#select })}
        <div class="aside">
          ${resultDetails(this.#selected(), this.selectedId !== undefined)} ${wordsPanel(this.#speech)}
        </div>
        ${answersCard(this.#answers, { wanted: this.#server.answers, want: (wanted) => this.#server.answer(wanted) })}
        ${this.#latency()} ${modelPanel(this.#shelf, this.#speech, { files: (files) => this.#openModel(files) })}
        ${serverPanel(this.#server, this.#speech)} ${settingsPanel(this.settings, this.#change)}
      </main>
      <footer>
        <p>${
          this.#server.choice === undefined
            ? 'Everything is computed in this browser: no sound and no text leaves the page.'
            : `Sound is sent to ${this.#server.choice.host}, because you chose it. Nothing else leaves the page.`
        }</p>
        <p>Recorded samples: <a href="./samples/NOTICE.md">origins and licences</a>.</p>
      </footer>
      ${announcement(this.#speech.results.at(-1))}
    </div>`
  }

  #hero() {
    const { language } = this.settings
    const { canListen } = this.#check
    return html`<section class="hero" aria-labelledby="hero-title">
      ${liveLine(this.#speech)}
      ${listenControls(
        this.#speech,
        this.#microphones,
        { language, canListen },
        {
          start: this.#start,
          stop: this.#stop,
          language: (chosen) => this.#change({ language: chosen }),
        },
      )}
      ${this.#check.notice()} ${this.#check.canAnalyze ? statusLines(this.#speech, this.#again) : nothing}
      ${fileControls(this.#speech, { pick: this.#pick, sample: (file) => void this.#sample(file) })}
    </section>`
  }

  #latency() {
    return html`<section class="card latency" aria-labelledby="latency-title">
      <h2 id="latency-title">Latency</h2>
      <speech-latency-panel .results=${this.#speech.results}></speech-latency-panel>
    </section>`
  }

  #selected() {
    const { results } = this.#speech
    return results.find(({ segmentId }) => segmentId === this.selectedId) ?? results.at(-1)
  }

  readonly #start = async (): Promise<void> => {
    this.#again = this.#start
    this.selectedId = undefined
    if (this.#playback.url !== undefined) {
      this.#playback.clear()
      this.#speech.clear()
    }
    const { chosen } = this.#microphones
    const listening = this.#speech.start(chosen === '' ? {} : { deviceId: chosen })
    // The names of the microphones are known once one was allowed.
    void this.#microphones.refresh()
    await listening
    await this.#microphones.refresh()
  }

  readonly #stop = (): Promise<void> => this.#speech.stop()

  readonly #change = (part: Partial<Settings>): void => {
    this.settings = { ...this.settings, ...part }
    saveSettings(this.settings)
    if (part.theme === undefined) void this.#speech.configure(analyzerSettings(this.settings))
  }

  readonly #pick = (event: Event): void => {
    const input = event.target as HTMLInputElement
    const files = [...(input.files ?? [])]
    input.value = ''
    void this.#analyzeAll(files)
  }

  readonly #clear = (): void => {
    this.#playback.clear()
    this.#speech.clear()
    this.selectedId = undefined
  }

  readonly #select = ({ detail }: CustomEvent<SpeechSelectDetail>): void => {
    this.selectedId = detail.segmentId
    const audio = this.querySelector('audio')
    if (audio) audio.currentTime = detail.startMs / 1000
  }

  async #sample(file: string): Promise<void> {
    this.#again = () => this.#sample(file)
    try {
      await this.#analyzeAll([await fetchSample(file)])
    } catch (error) {
      this.#speech.report(toSpeechError(error, 'network', { hint: 'Reload the page and try again.' }))
    }
  }

  /** A model of the visitor's own. */
  #openModel(files: readonly File[]): void {
    try {
      const model = modelFiles(files)
      const name = files.find(({ name }) => /\.onnx$/i.test(name))?.name ?? 'model'
      this.#shelf.choose({ type: 'files', name, model })
    } catch (error) {
      this.#speech.report(toSpeechError(error, 'invalid-argument'))
    }
  }

  /** One file after another; each replaces the transcript before it, and the last one can be played. */
  async #analyzeAll(files: readonly File[]): Promise<void> {
    if (this.#speech.phase !== 'ready') {
      this.#speech.report(
        new SpeechError('busy', 'the model is still being loaded', {
          hint: 'Drop the file again in a moment.',
        }),
      )
      return
    }
    if (!this.#speech.listening) this.#again = () => this.#analyzeAll(files)
    let failed: SpeechError | undefined
    for (const file of files) {
      if (!this.#speech.listening) {
        this.selectedId = undefined
        this.#playback.open(file)
      }
      await this.#speech.analyze(file)
      failed ??= this.#speech.error
    }
    // The next file's start takes the error of the one before it away: what failed is still to be read.
    if (failed !== undefined) this.#speech.report(failed)
  }
}

customElements.define('speech-demo', SpeechDemo)
