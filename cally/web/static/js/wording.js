// Words of a message are shown as they are typed: the form is sent to the frame beside it, as its buttons would send it.
const form = document.querySelector('form[data-live]')
const views = [...document.querySelectorAll('button[data-view]')]
let waiting

function show() { form.requestSubmit(views.find(button => button.getAttribute('aria-pressed') === 'true')) }
function soon() { clearTimeout(waiting); waiting = setTimeout(show, 400) }

form?.addEventListener('input', soon)
if (form && 'draft' in form.dataset) show()
for (const select of document.querySelectorAll('select[form=wording]')) select.addEventListener('change', show)
for (const button of views) button.addEventListener('click', () => { for (const other of views) other.setAttribute('aria-pressed', other === button) })
