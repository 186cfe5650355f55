import { html, nothing, type TemplateResult } from 'lit'
import type { Answer, Answers } from './answers.ts'
import './talking-face.ts'

export interface AnswersWishes {
  /** Whether the visitor wants to be answered. */
  readonly wanted: boolean
  readonly want: (wanted: boolean) => void
}

const STATES: Readonly<Record<Answer['state'], string>> = {
  coming: 'answering',
  answered: '',
  interrupted: 'interrupted',
  failed: 'failed',
}

/** The conversation with a server that answers; nothing where there is none. */
export function answersCard(
  answers: Answers,
  { wanted, want }: AnswersWishes,
): TemplateResult | typeof nothing {
  if (!answers.offered) return nothing
  return html`<section class="answers card" aria-labelledby="answers-title" data-testid="answers">
    <div class="title">
      <h2 id="answers-title">Conversation</h2>
      <button class="quiet" data-testid="interrupt" ?disabled=${!answers.coming} @click=${answers.interrupt}>Be quiet</button>
    </div>
    <label class="check">
      <input
        type="checkbox"
        data-testid="want-answers"
        .checked=${wanted}
        @change=${(event: Event) => want((event.target as HTMLInputElement).checked)}
      />
      Answer me: this server sends my words to its language model, and speaks
    </label>
    ${wanted ? html`<talking-face .answers=${answers}></talking-face>` : nothing}
    <ol>
      ${answers.list.map(
        ({ said, text, state }) =>
          html`<li>
            <p class="said">${said}</p>
            <p class="answer" data-testid="answer" data-state=${state}>
              ${text} ${STATES[state] === '' ? nothing : html`<em>${STATES[state]}</em>`}
            </p>
          </li>`,
      )}
    </ol>
  </section>`
}
