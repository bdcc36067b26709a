// <details class="menu"> closes on Escape, on a click elsewhere, and after a choice.
const open = () => document.querySelectorAll('details.menu[open]')
document.addEventListener('click', event => { for (const menu of open()) if (!menu.contains(event.target) || event.target.closest('ul a, ul button')) menu.open = false })
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  for (const menu of open()) { menu.open = false; menu.querySelector('summary').focus() }
})
