// The system page stays fresh: what is marked data-live is taken from the same page, asked for anew every few seconds while somebody can see it.
const SECONDS = 5, SECONDS_FAR = 60
const pause = /span=(week|month)/.test(location.search) ? SECONDS_FAR : SECONDS
let timer = null

// Not fetch: a document that the browser has parsed itself needs no HTML from us, which the page's policy would refuse.
function ask() {
  const request = new XMLHttpRequest()
  request.responseType = 'document'
  request.open('GET', location.href.split('#')[0])
  request.timeout = 10000
  request.onload = () => { if (request.status === 200 && request.responseURL.split('?')[0].endsWith(location.pathname)) renew(request.response) }
  request.onloadend = plan
  request.send()
}

function renew(fresh) {
  for (const old of document.querySelectorAll('[data-live]')) {
    const found = fresh.getElementById(old.id)
    if (!found || old.contains(document.activeElement) || old.isEqualNode(found)) continue
    old.replaceChildren(...document.importNode(found, true).childNodes)
  }
}

function plan() {
  clearTimeout(timer)
  timer = document.hidden ? null : setTimeout(ask, pause * 1000)
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); else clearTimeout(timer) })
plan()
