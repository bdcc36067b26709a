// toast(text, {undo, kind}): says what happened, politely; at most three at once, never vanishing under the pointer.
const ICONS = { ok: 'm5 12.5 4.5 4.5L19 7.5', error: 'M12 8v5m0 3.5v.01' }
const SVG = 'http://www.w3.org/2000/svg'

function icon(kind) {
  const svg = document.createElementNS(SVG, 'svg'), path = document.createElementNS(SVG, 'path')
  const looks = { width: 18, height: 18, viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': 2.5, 'stroke-linecap': 'round', 'aria-hidden': 'true' }
  for (const [name, value] of Object.entries(looks)) svg.setAttribute(name, value)
  path.setAttribute('d', ICONS[kind])
  svg.append(path)
  return svg
}

export function toast(text, { undo = null, kind = 'ok', ms = 6000 } = {}) {
  const box = document.querySelector('.toasts')
  box.popover ??= 'manual'
  if (!box.matches(':popover-open')) box.showPopover()
  const note = document.createElement('div'), words = document.createElement('p')
  note.className = 'toast'
  if (kind === 'error') note.role = 'alert'
  words.textContent = text
  note.append(icon(kind), words)
  let timer
  const close = () => {
    clearTimeout(timer)
    note.classList.add('out')
    setTimeout(() => { note.remove(); if (!box.children.length) box.hidePopover() }, 220)
  }
  const wait = () => { timer = setTimeout(close, ms) }
  if (undo) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = box.dataset.undo || 'Undo'
    button.onclick = () => { close(); undo() }
    note.append(button)
  }
  note.onpointerenter = note.onfocusin = () => clearTimeout(timer)
  note.onpointerleave = note.onfocusout = wait
  box.append(note)
  while (box.children.length > 3) box.firstElementChild.remove()
  wait()
  return close
}
