// What every page of the desk does: theme, copy buttons, toasts asked for by the server, menus that close, forms that say they are busy.
import './theme.js'
import './copy.js'
import './menu.js'
import { toast } from './toast.js'

for (const note of document.querySelectorAll('template[data-toast]')) toast(note.content.textContent.trim(), { kind: note.dataset.toast || 'ok' })

document.addEventListener('submit', event => {
  const button = event.submitter
  if (!event.defaultPrevented && button?.matches('.btn')) requestAnimationFrame(() => button.setAttribute('aria-busy', 'true'))
})
addEventListener('pageshow', () => { for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy') })
document.addEventListener('click', event => { if (event.target.closest('[data-do=print]')) print() })
