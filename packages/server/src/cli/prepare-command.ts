import { prepareFolder } from '../prepare/prepare-folder.ts'
import type { PrepareVerdict } from '../prepare/prepared-files.ts'
import { withModelFolder } from '../store/model-folder.ts'
import type { Streams } from './told.ts'

/** `sensevoice model prepare MODEL` */
export async function prepareCommand(
  { model }: { readonly model: string },
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const verdict = await withModelFolder(model, (folder) => prepareFolder(folder, { signal }))
  streams.out(`${model}: ${inWords(verdict)}\n`)
  return 0
}

function inWords({ outcome, publishedMs, preparedMs, processor }: PrepareVerdict): string {
  const times = `${preparedMs.toFixed(0)} ms instead of ${publishedMs.toFixed(0)} ms for 5 s of sound on 1 thread`
  switch (outcome) {
    case 'faster':
      return `prepared for ${processor}: the same answer, ${times}`
    case 'slower':
      return `runs as it was published on ${processor}: prepared it would take ${times}`
    case 'different':
      return `runs as it was published on ${processor}: this processor computes the prepared matrices wrongly`
  }
}
