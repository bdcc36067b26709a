// What the desk does beyond working: notices become toasts with Undo, rows open on a click, filters apply by themselves, Shift ticks a stretch of days, first-run guesses.
import { toast } from './toast.js'

for (const notice of document.querySelectorAll('[data-notice]')) {
  const form = notice.querySelector('form')
  if (notice.dataset.notice === 'error') continue
  toast(notice.querySelector('p').textContent, { undo: form ? () => form.requestSubmit() : null, ms: form ? 10000 : 6000 })
  notice.hidden = true
}

document.addEventListener('click', event => {
  const row = event.target.closest('tr[data-href]')
  if (row && !event.target.closest('a, button, input') && !getSelection().toString()) location.assign(row.dataset.href)
})

document.addEventListener('change', event => { if (event.target.matches('form.filters select')) event.target.form.requestSubmit() })

// days of the calendar: with Shift, all from the last tick to this one
let ticked = null
document.addEventListener('click', event => {
  const box = event.target.closest?.('.month input[name=on]')
  if (!box) return
  const boxes = [...document.querySelectorAll('.month input[name=on]')]
  const [from, to] = [boxes.indexOf(ticked ?? box), boxes.indexOf(box)].sort((a, b) => a - b)
  if (event.shiftKey && ticked) for (const other of boxes.slice(from, to + 1)) other.checked = box.checked
  ticked = box
})

const zone = document.querySelector('.setup select[name=tz]')
const known = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone && !zone.closest('[data-invalid]') && [...zone.options].some(option => option.value === known)) zone.value = known
const locale = document.querySelector('[data-guess=locale]')
if (locale) locale.value = navigator.language

// the little preview of the first run follows what is typed
for (const mirror of document.querySelectorAll('[data-mirror]')) {
  const field = document.querySelector(`input[name=${mirror.dataset.mirror === 'initials' ? 'name' : mirror.dataset.mirror}]`)
  const before = mirror.textContent
  const show = () => {
    const words = field.value.trim().split(/\s+/).filter(Boolean)
    const initials = [words[0], words.length > 1 ? words.at(-1) : ''].map(word => [...(word ?? '')][0] ?? '').join('').toUpperCase()
    mirror.textContent = (mirror.dataset.mirror === 'initials' ? initials : field.value) || before
  }
  field?.addEventListener('input', show)
  if (field?.value) show()
}
