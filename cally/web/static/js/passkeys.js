// Passkeys: [data-passkey=create|get] buttons run a ceremony at data-at; the sign-in page also offers them while the address is typed.
const LONGEST_NAME = 60
const fromText = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0))
const toText = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

class Refused extends Error {}

const send = async (address, body) => {
  const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (answer.redirected) {
    location.assign(answer.url)
    return new Promise(() => {})
  }
  if (!(answer.headers.get('content-type') ?? '').includes('json')) throw new Refused()
  const said = await answer.json()
  if (answer.ok) return said
  if (said.go_to) location.assign(said.go_to)
  throw new Refused(said.error ?? '')
}

const readable = options => {
  const made = { ...options, challenge: fromText(options.challenge) }
  if (options.user) made.user = { ...options.user, id: fromText(options.user.id) }
  for (const list of ['excludeCredentials', 'allowCredentials']) {
    if (options[list]) made[list] = options[list].map(one => ({ ...one, id: fromText(one.id) }))
  }
  return made
}

const plain = credential => {
  const { response } = credential
  const said = { clientDataJSON: toText(response.clientDataJSON) }
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[part]) said[part] = toText(response[part])
  }
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: said }
}

const run = async (kind, at, more, extra = {}) => {
  const publicKey = readable(await send(`${at}/challenge`, {}))
  const credential = await navigator.credentials[kind]({ publicKey, ...extra })
  const said = await send(at, { credential: plain(credential), ...more() })
  location.assign(said.go_to)
}

let waiting = null
const fault = (button, error) => {
  const place = document.getElementById(button.dataset.fault)
  const dismissed = ['NotAllowedError', 'AbortError'].includes(error.name)
  const known = error.name === 'InvalidStateError'
  place.querySelector('p').textContent = error instanceof Refused && error.message ? error.message : known ? place.dataset.known : dismissed ? place.dataset.dismissed : place.dataset.failed
  place.hidden = false
}

const supported = 'PublicKeyCredential' in globalThis
for (const part of document.querySelectorAll('[data-passkeys]')) part.hidden = (part.dataset.passkeys === 'none') === supported

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-passkey]')
  if (!button) return
  event.preventDefault()
  const form = button.form
  if (button.dataset.passkey === 'create' && form && !form.reportValidity()) return
  waiting?.abort()
  button.setAttribute('aria-busy', 'true')
  document.getElementById(button.dataset.fault).hidden = true
  try {
    await run(button.dataset.passkey, button.dataset.at, () => {
      const more = { next: button.dataset.next || '/app' }
      if (button.dataset.passkey === 'create') more.name = form.elements.name.value.slice(0, LONGEST_NAME)
      return more
    })
  } catch (error) {
    fault(button, error)
  } finally {
    button.removeAttribute('aria-busy')
  }
})

// while the address is typed, the browser may offer passkeys beside it
const offer = document.querySelector('[data-passkey=get][data-offer]')
if (supported && offer && await PublicKeyCredential.isConditionalMediationAvailable?.()) {
  waiting = new AbortController()
  const more = () => ({ next: offer.dataset.next || '/app' })
  run('get', offer.dataset.at, more, { mediation: 'conditional', signal: waiting.signal }).catch(error => {
    if (error.name !== 'AbortError' && error instanceof Refused) fault(offer, error)
  })
}
