/**
 * Texts of consecutive tokens without white space around the whole: SenseVoice starts nearly every utterance with a word-start piece. Chinese
 * and Japanese pieces carry no space, English and Korean ones carry theirs in front, so joining is concatenation in every language.
 *
 * @param texts what each token adds, a leading space for a word start
 * @returns the same number of texts; joined they are the trimmed text. White space that was cut away leaves an empty text
 */
export function trimmedTexts(texts: readonly string[]): readonly string[] {
  const trimmed = [...texts]
  for (let index = 0; index < trimmed.length; index += 1) {
    trimmed[index] = (trimmed[index] ?? '').trimStart()
    if (trimmed[index] !== '') break
  }
  for (let index = trimmed.length - 1; index >= 0; index -= 1) {
    trimmed[index] = (trimmed[index] ?? '').trimEnd()
    if (trimmed[index] !== '') break
  }
  return trimmed
}
