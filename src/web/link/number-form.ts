// The number, and the button that asks WhatsApp. What was typed stays in the field.
import type { VisitPage } from '../../server/pages.ts'
import { type Html, html } from '../html.ts'
import { leftToRight } from '../isolated.ts'
import { WORDS } from '../words/languages.ts'
import { NUMBER_FAULTS } from './number-fault.ts'

/** Of the form, for the choice of language. */
export const NUMBER_FORM = 'number'

export function numberForm(data: VisitPage, button: string): Html {
  const { number } = WORDS[data.language]
  const action = `${data.base}/link/code`
  if (data.phone !== null)
    return html`<form method="post" action="${action}">
<p>${number.pinned(leftToRight(data.phone))} ${number.notYours}</p>
<p>${number.notifies}</p>
<button data-busy="${number.asking}">${button}</button>
</form>`
  const wrong = data.complaint === null ? null : number.wrong[NUMBER_FAULTS[data.complaint.reason]]
  const describedBy = wrong === null ? 'number-hint' : 'number-wrong number-hint'
  const invalid = wrong === null ? '' : html` aria-invalid="true"`
  return html`${suggestions(data)}<form id="${NUMBER_FORM}" method="post" action="${action}" novalidate>
<label for="phone">${number.label}</label>
${wrong === null ? '' : html`<p class="warning" id="number-wrong" role="alert">${wrong}</p>`}
<p class="quiet" id="number-hint">${number.hint}</p>
<input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" dir="ltr" value="${data.typed}" aria-describedby="${describedBy}"${invalid} required>
<p>${number.notifies}</p>
<button data-busy="${number.asking}">${button}</button>
</form>`
}

/** Each a form of its own: one press takes it. */
function suggestions({ base, complaint, language }: VisitPage): Html {
  const { number } = WORDS[language]
  if (complaint === null || complaint.suggestions.length === 0) return html``
  const choices = complaint.suggestions.map(
    ({ e164, shown }) =>
      html`<form method="post" action="${base}/link/code"><button class="second" name="phone" value="${e164}" data-busy="${number.asking}"><bdi dir="ltr">${shown}</bdi></button></form>`,
  )
  return html`<section class="sheet"><p>${number.meant}</p>${choices}</section>`
}
