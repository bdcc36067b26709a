// Back from a provider: goes on by itself; without scripts the button does.
document.querySelector('form[data-go-on]')?.requestSubmit()
