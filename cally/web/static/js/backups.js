// While a backup is made, its progress is taken from the same page, asked for anew every second while somebody can see it.
const PARTS = ['now', 'kept']

// Not fetch: a document that the browser has parsed itself needs no HTML from us, which the page's policy would refuse.
function ask() {
  const request = new XMLHttpRequest()
  request.responseType = 'document'
  request.open('GET', location.pathname)
  request.timeout = 10000
  request.onload = () => { if (request.status === 200 && request.response?.getElementById('now')) renew(request.response) }
  request.onloadend = plan
  request.send()
}

function renew(fresh) {
  const ended = !fresh.querySelector('#now[data-running]')
  for (const id of ended ? PARTS : ['now']) document.getElementById(id).replaceWith(document.importNode(fresh.getElementById(id), true))
  if (ended) document.querySelector('h1').textContent = fresh.querySelector('h1').textContent
}

function plan() {
  if (document.querySelector('#now[data-running]')) setTimeout(document.hidden ? plan : ask, 1000)
}
plan()
