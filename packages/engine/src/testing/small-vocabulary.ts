import { Vocabulary } from '../decode/vocabulary.ts'
import { TAG_TOKENS } from '../model/tags.ts'

/** Control tokens and every tag in the order of `TAG_TOKENS`, then the given text pieces: ids differ from the published model's on purpose. */
export function smallVocabulary(
  pieces: readonly string[] = ['▁hello', '▁world', '.', '你', '好'],
): Vocabulary {
  const tags = Object.values(TAG_TOKENS).flatMap((group) => Object.values(group))
  return new Vocabulary(['<unk>', '<s>', '</s>', ...tags, ...pieces])
}
