// The ticket: its menu closes, its link is copied, its button says that it is busy.
import './copy.js'
import './menu.js'

document.addEventListener('submit', event => event.submitter?.setAttribute('aria-busy', 'true'))
addEventListener('pageshow', () => { for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy') })
