// The dates of a series follow the fields: the form is sent as its button would send it, and only the dates are taken
// from the page that comes back. XMLHttpRequest, for it parses the page without any HTML sink.
const box = document.querySelector('[data-series]')
const form = box?.closest('form'), booker = box?.closest('.booker')
let asked, waiting, shownFor

function show() {
  asked?.abort()
  const dates = box.querySelector('[data-dates]')
  if (!form.rhythm.value || !form.slot.value) return dates.replaceChildren()
  shownFor = form.slot.value
  dates.setAttribute('aria-busy', 'true')
  const body = new URLSearchParams(new FormData(form))
  body.set('act', 'dates')
  asked = new XMLHttpRequest()
  asked.open('POST', form.action)
  asked.responseType = 'document'
  asked.onloadend = () => {
    dates.removeAttribute('aria-busy')
    const fresh = asked.response?.querySelector('[data-series]')
    if (!fresh) return
    dates.replaceChildren(...document.adoptNode(fresh.querySelector('[data-dates]')).childNodes)
    for (const option of fresh.querySelectorAll('option')) form.rhythm.querySelector(`[value="${option.value}"]`).textContent = option.textContent
  }
  asked.send(body)
}
function soon() { clearTimeout(waiting); waiting = setTimeout(show, 250) }
function fit() { box.toggleAttribute('data-once', !form.rhythm.value) }

if (box) {
  fit()
  box.addEventListener('input', () => { fit(); soon() })
  // another time was picked on the same page: the hold on it is asked for first, lest it stand in its own guest's way
  new MutationObserver(() => { if (booker.dataset.step === 'details' && form.slot.value !== shownFor) setTimeout(show, 600) }).observe(booker, { attributeFilter: ['data-step'] })
}
