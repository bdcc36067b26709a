// <cally-booker>: makes the server's month and list of times instant and aware of the guest's zone.
// All slots of the weeks around come with the page, so a click on a day never waits for the network; a chosen time is
// held on the server while the guest types. Everything here also works, slower, as links and forms.
import { remember } from './cookies.js'

const DAY = 864e5, MINUTE = 6e4, RENEW = 9 * MINUTE
const $ = (selector, root = document) => root.querySelector(selector)
const make = (tag, props, ...children) => { const node = Object.assign(document.createElement(tag), props); node.append(...children); return node }
const formats = new Map()
const format = (lang, options) => {
  const key = lang + JSON.stringify(options)
  return formats.get(key) ?? formats.set(key, new Intl.DateTimeFormat(lang, options)).get(key)
}
const iso = ms => new Date(ms).toISOString().slice(0, 16) + 'Z'
const plus = (day, n) => new Date(Date.parse(day + 'T00:00Z') + n * DAY).toISOString().slice(0, 10)
// Browsers still list some places by names that are no longer used there.
const RENAMED = { 'Asia/Calcutta': 'Asia/Kolkata', 'Asia/Katmandu': 'Asia/Kathmandu', 'Asia/Rangoon': 'Asia/Yangon', 'Asia/Saigon': 'Asia/Ho_Chi_Minh', 'Europe/Kiev': 'Europe/Kyiv', 'America/Godthab': 'America/Nuuk', 'Atlantic/Faeroe': 'Atlantic/Faroe' }
const named = zone => RENAMED[zone] ?? zone
const city = zone => zone.split('/').pop().replaceAll('_', ' ')
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)
const offset = (zone, ms) => format('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(ms).find(part => part.type === 'timeZoneName').value.replace('-', '−').replace(/^GMT\+0$/, 'GMT')
const wall = (zone, ms) => format('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(ms)

class Booker extends HTMLElement {
  connectedCallback() {
    const data = JSON.parse($('#booking-data').textContent)
    Object.assign(this, { data, t: data.t, locale: data.lang, h12: data.h12, root: this.closest('.booker'), grid: $('.bk-grid', this), list: $('.bk-list', this), form: $('.bk-form form') })
    let at = data.base
    this.slots = data.any ? [data.base, ...data.steps.map(step => at += step * data.unit)].map(minute => minute * MINUTE) : []
    this.full = new Set((data.full ?? []).map(i => this.slots[i]))
    this.seats = data.seats && new Map(this.slots.map((slot, i) => [slot, data.seats[i]]))
    this.guestZone = named(Intl.DateTimeFormat().resolvedOptions().timeZone || data.hostZone)
    this.zone = data.zone ?? this.guestZone
    this.month = data.month
    this.date = data.date
    this.index()
    const wanted = Date.parse(new URL(location).searchParams.get('slot') ?? this.form.slot.value)
    if (data.zone !== this.zone) this.settle(wanted)
    for (const group of this.root.querySelectorAll('.bk-tz .seg')) group.hidden = wall(this.guestZone, Date.now()) === wall(data.hostZone, Date.now())
    this.fillZones()
    this.roving()
    if (wanted) this.resume(wanted)
    this.root.addEventListener('click', this)
    this.addEventListener('keydown', this)
    addEventListener('popstate', () => this.back())
    this.form.addEventListener('submit', event => this.submit(event))
    addEventListener('pageshow', () => { for (const button of this.root.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy') })
  }

  // ---- what is known
  index() {
    const day = format('en-CA', { timeZone: this.zone, dateStyle: 'short' })
    this.days = new Map()
    for (const slot of this.slots) {
      const id = day.format(slot)
      this.days.has(id) ? this.days.get(id).push(slot) : this.days.set(id, [slot])
    }
    this.today = day.format(Date.now())
  }
  settle(slot) {                                        // the server guessed another zone: say the same instants in ours
    const near = slot || this.slots.find(each => wall(this.data.hostZone, each).slice(0, 10) === this.date)
    if (near) this.date = format('en-CA', { timeZone: this.zone, dateStyle: 'short' }).format(near)
    if (!this.days.has(this.date) && !slot) this.date = [...this.days.keys()][0] ?? this.date
    if (this.date) this.month = this.date.slice(0, 7)
    this.render()
  }
  words(options, zone = this.zone) { return format(this.locale, { timeZone: zone, ...options, ...(options.timeStyle && { hour12: this.h12 }) }) }
  time(ms, zone) { return this.words({ timeStyle: 'short' }, zone).format(ms) }
  count([one, other], n) { return fill(n === 1 ? one : other, { n: new Intl.NumberFormat(this.locale).format(n) }) }
  href(changes) {
    const address = new URL(this.data.path, location)
    if (this.data.duration) address.searchParams.set('duration', this.data.duration)
    if (this.zone !== this.data.hostZone || this.data.zone) address.searchParams.set('tz', this.zone)
    for (const [name, value] of Object.entries(changes)) address.searchParams.set(name, value)
    return address.pathname + address.search
  }

  // ---- the month and the day
  render() { this.renderMonth(); this.renderDay() }
  renderMonth() {
    const [year, number] = this.month.split('-').map(Number)
    const first = Date.UTC(year, number - 1, 1), end = Date.UTC(year, number, 0), top = Math.max(first, Date.parse(this.today))
    const told = { number: new Intl.NumberFormat(this.locale), long: format(this.locale, { dateStyle: 'full', timeZone: 'UTC' }), short: format(this.locale, { month: 'short', timeZone: 'UTC' }), month: number }
    const rows = []
    let ms = top - ((new Date(top).getUTCDay() + 6 - this.data.firstDay) % 7 + 7) % 7 * DAY
    while (ms <= end || rows.length < 5) {
      const row = make('tr')
      for (let i = 0; i < 7; i++, ms += DAY) row.append(make('td', {}, ...(ms < top ? [] : [this.square(ms, told)])))
      rows.push(row)
    }
    const name = format(this.locale, { month: 'long', year: 'numeric', timeZone: 'UTC' })
    $('.bk-cal h2', this).textContent = ms - DAY - end > 7 * DAY ? name.formatRange(top, ms - DAY) : name.format(first)
    $('tbody', this.grid).replaceChildren(...rows)
    for (const link of this.querySelectorAll('[data-month]')) this.aim(link, new Date(Date.UTC(year, number - 1 + +link.dataset.month, 1)).toISOString().slice(0, 7))
    this.roving()
  }
  square(ms, told) {
    const date = new Date(ms), id = date.toISOString().slice(0, 10), all = this.days.get(id) ?? [], free = all.filter(slot => !this.full.has(slot)).length
    const out = date.getUTCMonth() !== told.month - 1
    const square = make(all.length ? 'a' : 'span', { className: 'bk-day' + (id === this.today ? ' today' : '') }, told.number.format(date.getUTCDate()))
    if (out && date.getUTCDate() === 1) square.dataset.mon = told.short.format(ms)
    if (!all.length) return square
    Object.assign(square, { href: this.href({ month: this.month, date: id }), ariaLabel: `${told.long.format(ms)}, ${free ? this.count(this.t.times, free) : this.t.fullDay}` })
    Object.assign(square.dataset, { date: id, ...(free ? { free: free < 4 ? 1 : free < 9 ? 2 : 3 } : { full: '' }) })
    if (id === this.date) square.setAttribute('aria-current', 'date')
    return square
  }
  aim(link, month) {
    const able = month >= this.today.slice(0, 7) && month <= this.data.last.slice(0, 7)
    link.href = this.href({ month })
    link.dataset.to = month
    able ? link.removeAttribute('aria-disabled') : link.setAttribute('aria-disabled', 'true')
    link.tabIndex = able ? 0 : -1
  }
  roving() {
    const days = [...this.grid.querySelectorAll('a')], here = days.find(day => day.ariaCurrent) ?? days[0]
    for (const day of days) day.tabIndex = day === here ? 0 : -1
  }
  renderDay() {
    const slots = this.days.get(this.date) ?? [], heading = $('.bk-slots h2', this)
    const name = this.date ? format(this.locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(this.date)) : ''
    heading.replaceChildren(name, make('small', { textContent: this.count(this.t.times, slots.filter(slot => !this.full.has(slot)).length) }))
    const labels = slots.map(slot => this.time(slot)), hour = format('en', { timeZone: this.zone, hour: 'numeric', hourCycle: 'h23' }), out = []
    let part
    slots.forEach((slot, i) => {
      const h = +hour.format(slot), name = this.t.parts[h < 12 ? 0 : h < 17 ? 1 : 2]
      if (name !== part) out.push(make('h3', { className: 'bk-part', textContent: part = name }))
      const twice = labels.filter(label => label === labels[i]).length > 1
      const link = make('a', { className: 'bk-slot', href: this.href({ slot: iso(slot) }), rel: 'nofollow' }, twice ? `${labels[i]} ${offset(this.zone, slot)}` : labels[i])
      if (this.full.has(slot)) { out.push(this.waitFor(link, slot)); return }
      if (this.seats) link.append(make('small', { textContent: this.count(this.t.seats, this.seats.get(slot)) }))
      link.dataset.slot = slot
      out.push(link)
    })
    if (!slots.length) out.push(this.nothing())
    this.list.replaceChildren(...out)
    this.list.scrollTop = 0
    for (const button of this.querySelectorAll('[data-clock]')) button.ariaPressed = String((button.dataset.clock === '12') === this.h12)
    for (const button of this.root.querySelectorAll('[data-zone]')) button.ariaPressed = String((button.dataset.zone === 'host' ? this.data.hostZone : this.guestZone) === this.zone)
  }
  waitFor(link, slot) {                                 // full: the link leads to the waitlist
    const address = new URL(this.href({ slot: iso(slot) }), location)
    address.pathname += '/waitlist'
    link.href = address.pathname + address.search
    link.classList.add('full')
    link.dataset.wait = ''
    link.append(make('small', { textContent: this.t.full }))
    return link
  }
  nothing() {
    const next = [...this.days.keys()].find(day => !this.date || day > this.date)
    const box = make('div', { className: 'bk-empty' }, make('p', { textContent: this.t.none }))
    if (!next) return box
    const link = make('a', { className: 'btn', href: this.href({ date: next }), textContent: fill(this.t.next, { day: format(this.locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(Date.parse(next)) }) })
    link.dataset.date = next
    box.append(link)
    return box
  }

  // ---- zones
  fillZones() {
    const select = $('#tz'), label = zone => `${city(zone)} (${offset(zone, Date.now())})`
    const put = zones => select.replaceChildren(...[...new Set(zones)].map(zone => new Option(label(zone), zone, false, zone === this.zone)))
    this.offerZones = () => put([this.zone, this.guestZone, this.data.hostZone])
    this.offerZones()
    const all = () => put([this.zone, this.guestZone, this.data.hostZone, ...Intl.supportedValuesOf('timeZone').map(named).sort((a, b) => city(a).localeCompare(city(b))), 'UTC'])
    for (const event of ['pointerdown', 'focus']) select.addEventListener(event, all, { once: true })
    select.addEventListener('change', () => this.setZone(select.value))
  }
  setZone(zone) {
    const near = this.days.get(this.date)?.[0]
    this.zone = zone
    remember('cally-tz', zone)
    this.index()
    if (near) this.date = format('en-CA', { timeZone: zone, dateStyle: 'short' }).format(near)
    if (near && !$(`[data-date="${this.date}"]`, this.grid)) this.month = this.date.slice(0, 7)
    this.offerZones()
    this.render()
    this.note({ date: this.date, month: this.month }, { replace: true })
  }

  // ---- choosing: one page, two steps
  note(changes, { replace = false, slot = null } = {}) { history[replace ? 'replaceState' : 'pushState']({ slot }, '', this.href(changes)) }
  describe(slot) {
    const when = $('.bk-when', this.root), end = slot + this.data.minutes * MINUTE, home = this.data.hostZone
    $('.day', when).textContent = this.words({ weekday: 'long', day: 'numeric', month: 'long' }).format(slot)
    $('.clock', when).textContent = `${this.time(slot)}–${this.time(end)}`
    const other = $('.other', when), differs = this.t.other && wall(this.zone, slot) !== wall(home, slot)
    $('.zone', when).textContent = differs ? `${this.t.yours} · ${city(this.zone)}` : fill(this.t.local, { city: city(this.zone) })
    const day = wall(this.zone, slot).slice(0, 10) === wall(home, slot).slice(0, 10) ? '' : this.words({ weekday: 'short', day: 'numeric', month: 'short' }, home).format(slot) + ', '
    other.hidden = !differs
    $('span', other).textContent = day + fill(this.t.other, { time: this.time(slot, home), city: city(home) })
  }
  resume(slot) {                                        // the server showed the form already
    this.picked = slot
    this.describe(slot)
    const held = this.form.hold && kept()
    if (held?.slot === slot && held.path === this.data.path) { this.form.hold.value = held.uid; $('[data-taken=looked]')?.remove() }
    else if (!$('[data-taken]')) this.hold(slot)
    if (this.form.key && !this.form.key.value) this.form.key.value = key()
  }
  pick(slot) {
    this.picked = slot
    this.form.slot.value = iso(slot)
    this.form.tz.value = this.zone
    if (this.form.hold) this.form.hold.value = ''
    if (this.form.key) this.form.key.value = key()
    for (const old of this.form.querySelectorAll('[data-taken]')) old.remove()
    this.describe(slot)
    this.note({ slot: iso(slot) }, { slot })
    this.show('details')
    this.hold(slot)
  }
  back() {
    const slot = Date.parse(new URL(location).searchParams.get('slot'))
    if (slot) { this.picked = slot; this.form.slot.value = iso(slot); this.describe(slot) }
    this.show(slot ? 'details' : 'time')
  }
  show(step) {
    if (this.root.dataset.step === step) return
    const change = () => { this.root.dataset.step = step }
    const focus = () => {
      if (step === 'details') { scrollTo(0, 0); ($('[name=name]', this.form) ?? $('.btn-primary', this.form))?.focus({ preventScroll: true }) }
      else { this.renderDay(); $(`[data-slot="${this.picked}"]`)?.focus() }
    }
    if (!document.startViewTransition || matchMedia('(prefers-reduced-motion: reduce)').matches) { change(); focus() }
    else document.startViewTransition(change).updateCallbackDone.then(focus)
  }

  // ---- the hold: asked for in the background, renewed while the form is open
  async submit(event) {                                 // a hold on its way must be known first, or it would stand in its own guest's way
    event.submitter?.setAttribute('aria-busy', 'true')
    if (!this.holding) return
    event.preventDefault()
    await this.holding
    if (this.form.querySelector('[data-taken]')) return event.submitter?.removeAttribute('aria-busy')
    this.form.requestSubmit(event.submitter)
  }
  hold(slot) {
    if (!this.form.hold) return
    clearTimeout(this.renewal)
    const asked = (this.holding ?? Promise.resolve()).then(() => this.ask(slot)).finally(() => { if (this.holding === asked) this.holding = null })
    this.holding = asked
  }
  async ask(slot) {
    const earlier = kept()?.uid
    const body = { host: this.data.host, event_type: this.data.eventType, starts_at: new Date(slot).toISOString().slice(0, 19) + 'Z', duration_minutes: this.data.minutes, ...(earlier && { replaces: earlier }) }
    let answer
    try { answer = await fetch('/api/v1/holds', { method: 'POST', headers: { 'content-type': 'application/json', ...(this.data.link && { 'x-private-link': this.data.link }) }, body: JSON.stringify(body), signal: AbortSignal.timeout(5000) }) } catch { return }
    if (answer.status === 201) {
      const { uid } = await answer.json()
      keep({ uid, slot, path: this.data.path })
      if (this.picked !== slot) return
      this.form.hold.value = uid
      this.renewal = setTimeout(() => document.visibilityState === 'visible' && this.root.dataset.step === 'details' && this.hold(slot), RENEW)
    } else if (answer.status === 409 && this.picked === slot) this.lost(slot, (await answer.json()).alternatives ?? [])
  }
  lost(slot, alternatives) {                            // someone was faster: offer the nearest, keep the form
    keep(null)
    this.form.hold.value = ''
    this.slots = this.slots.filter(each => each !== slot)
    this.index()
    this.render()
    const others = make('div', { className: 'bk-others' }, ...alternatives.map(({ starts_at }) => {
      const at = Date.parse(starts_at), button = make('button', { type: 'button', className: 'bk-slot' }, make('small', { textContent: this.words({ weekday: 'short', day: 'numeric', month: 'short' }).format(at) }), this.time(at))
      button.dataset.slot = at
      return button
    }))
    const banner = make('div', { className: 'banner banner-warn', role: 'alert' }, make('div', {}, make('p', { textContent: this.t.taken }), others))
    banner.dataset.taken = ''
    for (const old of this.form.querySelectorAll('[data-taken]')) old.remove()
    this.form.prepend(banner)
  }

  // ---- clicks and keys
  handleEvent(event) {
    if (event.type === 'keydown') return this.keys(event)
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    const hit = event.target.closest('[data-date],[data-slot],.bk-slot,[data-month],[data-clock],[data-zone],[data-back]')
    if (!hit || hit.name === 'instead' || 'wait' in hit.dataset) return
    const { date, month, to, clock, zone } = hit.dataset, slot = +hit.dataset.slot || (hit.href && Date.parse(new URL(hit.href).searchParams.get('slot')))
    if (month !== undefined) return this.turn(event, hit, to)
    event.preventDefault()
    if (slot) this.pick(slot)
    else if (date) this.open(date, hit)
    else if (clock) { this.h12 = clock === '12'; remember('cally-clock', clock); this.renderDay(); if (this.picked) this.describe(this.picked) }
    else if (zone) this.setZone(zone === 'host' ? this.data.hostZone : this.guestZone)
    else if ('back' in hit.dataset) history.state?.slot ? history.back() : (this.note({}, {}), this.show('time'))
  }
  turn(event, link, month = new URL(link.href).searchParams.get('month')) {
    const end = new Date(Date.UTC(+month.slice(0, 4), +month.slice(5), 0)).toISOString().slice(0, 10)
    if (month < this.data.from.slice(0, 7) || end > this.data.until) return      // beyond what came with the page: follow the link
    event.preventDefault()
    this.month = month
    this.renderMonth()
    this.note({ month, ...(this.date && { date: this.date }) }, { replace: true })
  }
  open(date, square) {
    this.date = date
    if (!$(`[data-date="${date}"]`, this.grid)) this.month = date.slice(0, 7)
    this.render()
    this.note({ month: this.month, date }, { replace: true })
    if (square.matches('.bk-day')) $('[aria-current]', this.grid)?.focus({ preventScroll: true })
    if (matchMedia('(width < 42rem)').matches) $('.bk-slots').scrollIntoView({ behavior: 'smooth', block: 'nearest' })
  }
  keys(event) {                                         // arrows walk over the days that have times
    const here = event.target.closest?.('a.bk-day')
    if (!here) return
    const forward = getComputedStyle(this).direction === 'rtl' ? -1 : 1
    const days = [...this.days.keys()], at = here.dataset.date, i = days.indexOf(at)
    const steps = { ArrowRight: forward, ArrowLeft: -forward, Home: -i, End: days.length - 1 - i }
    const leaps = { ArrowDown: 7, PageDown: 28, ArrowUp: -7, PageUp: -28 }
    if (event.key === ' ') { event.preventDefault(); return here.click() }
    const leap = leaps[event.key]
    const to = leap > 0 ? days.find(day => day >= plus(at, leap)) : leap ? days.findLast(day => day <= plus(at, leap)) : days[i + steps[event.key]]
    if (!to) return
    event.preventDefault()
    if (!$(`[data-date="${to}"]`, this.grid)) { this.month = to.slice(0, 7); this.renderMonth() }
    for (const day of this.grid.querySelectorAll('a')) day.tabIndex = day.dataset.date === to ? 0 : -1
    $(`[data-date="${to}"]`, this.grid)?.focus()
  }
}

const HOLD = 'cally-hold'
function kept() { try { return JSON.parse(sessionStorage.getItem(HOLD)) } catch { return null } }
function keep(hold) { try { hold ? sessionStorage.setItem(HOLD, JSON.stringify(hold)) : sessionStorage.removeItem(HOLD) } catch { /* a browser without storage books all the same */ } }
function key() { return Array.from(crypto.getRandomValues(new Uint8Array(18)), byte => byte.toString(16).padStart(2, '0')).join('') }

customElements.define('cally-booker', Booker)
