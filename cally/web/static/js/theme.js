// The light or dark switch, any [data-do=theme] button: kept in a cookie, so that the server renders the next page right.
import { remember } from './cookies.js'

const root = document.documentElement
const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'

document.addEventListener('click', event => {
  if (!event.target.closest('[data-do=theme]')) return
  event.preventDefault()
  root.dataset.theme = isDark() ? 'light' : 'dark'
  remember('cally-theme', root.dataset.theme)
})
