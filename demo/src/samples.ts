/** Recordings for people without a microphone; origins and licences stand in `public/samples/NOTICE.md`. */
export const SAMPLES = [
  { name: 'English digits', file: 'en-digits-jackson.wav' },
  { name: 'English commands', file: 'en-commands.wav' },
  { name: 'Mandarin words', file: 'zh-yuyin-shibie.wav' },
  { name: 'Japanese greeting (synthetic)', file: 'ja-konnichiwa.wav' },
] as const

/** Fetches a sample from the page's own origin. */
export async function fetchSample(file: string): Promise<File> {
  const response = await fetch(new URL(`samples/${file}`, document.baseURI))
  if (!response.ok) throw new Error(`${file}: HTTP ${response.status}`)
  return new File([await response.blob()], file, { type: 'audio/wav' })
}
