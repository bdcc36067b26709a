// Small choices a person makes about how pages look, kept for a year; never anything personal.
export function remember(name, value) {
  const secure = location.protocol === 'https:' ? ';secure' : ''
  document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=31536000;samesite=lax${secure}`
}
