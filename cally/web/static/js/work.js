// Proof of work for a form: finds a counter with which SHA-256 of "challenge~counter" begins with enough zero bits, in
// short turns between which the page stays as quick as ever. A form sent before waits until it is found.
const K = new Uint32Array(64), START = new Uint32Array(8), W = new Uint32Array(64)
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true
  for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break }
  if (!prime) continue
  if (i < 8) START[i] = (Math.sqrt(n) % 1) * 2 ** 32
  K[i++] = (Math.cbrt(n) % 1) * 2 ** 32
}
const turn = (x, n) => (x >>> n) | (x << (32 - n))

// One block of 64 bytes into the state.
function block(state, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
  for (let i = 16; i < 64; i++) {
    const a = W[i - 15], b = W[i - 2]
    W[i] = W[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + W[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h
}

// How many zero bits the SHA-256 of a text of ASCII begins with; 32 at most are told apart.
export function zeros(text) {
  const size = text.length, bytes = new Uint8Array(((size + 72) >> 6) << 6), state = START.slice()
  for (let i = 0; i < size; i++) bytes[i] = text.charCodeAt(i)
  bytes[size] = 128
  new DataView(bytes.buffer).setUint32(bytes.length - 4, size * 8)
  for (let at = 0; at < bytes.length; at += 64) block(state, bytes, at)
  return Math.clz32(state[0])
}

async function solve(challenge, bits) {
  for (let counter = 0; ;) {
    for (const until = performance.now() + 12; performance.now() < until;) {
      for (let i = 0; i < 64; i++, counter++) if (zeros(`${challenge}~${counter}`) >= bits) return `${challenge}~${counter}`
    }
    await new Promise(resolve => setTimeout(resolve))
  }
}

for (const field of document.querySelectorAll('input[data-challenge]')) {
  const { form } = field
  let sent = null
  const solved = solve(field.dataset.challenge, Number(field.dataset.bits)).then(found => { field.value = found })
  form.addEventListener('submit', event => {
    if (field.value) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (!sent) solved.then(() => form.requestSubmit(sent))
    sent = event.submitter
    sent?.setAttribute('aria-busy', 'true')
  }, true)
  if ('again' in field.dataset) solved.then(() => form.requestSubmit())
}
