// [data-copy] buttons put their text on the clipboard and say so; where the clipboard is closed (plain http), they select it.
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  const field = button.parentElement.querySelector('input')
  try {
    await navigator.clipboard.writeText(button.dataset.copy)
  } catch {
    field?.select()
    if (!document.execCommand('copy')) return
  }
  const label = button.querySelector('span') ?? button, before = label.textContent
  label.textContent = button.dataset.done || 'Copied'
  setTimeout(() => { label.textContent = before }, 2000)
})
