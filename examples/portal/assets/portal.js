// What makes the pages handier. Every page works without it.
'use strict'

document.documentElement.classList.add('scripted')

// The server's clock decides; the one of this device may be off.
const ahead = Date.parse(document.documentElement.dataset.now) - Date.now()

/** Instants in the reader's own zone, and a countdown to those that are waited for. */
function showTime(time) {
  const at = new Date(time.dateTime)
  if (time.dataset.show === 'day')
    time.textContent = at.toLocaleDateString(undefined, { dateStyle: 'medium' })
  if (time.dataset.show === 'instant')
    time.textContent = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  if (time.dataset.show === 'moment') {
    time.textContent = at.toLocaleTimeString()
    countDown(time.nextElementSibling, at)
  }
}

function countDown(left, at) {
  const tick = () => {
    const seconds = Math.ceil((at.getTime() - ahead - Date.now()) / 1000)
    left.textContent =
      seconds > 0
        ? `(${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')})`
        : '(now)'
    if (seconds <= 0) clearInterval(timer)
  }
  const timer = setInterval(tick, 1000)
  tick()
}

/** A form is sent once, however often its button is pressed. */
function sendOnce(form) {
  let isSent = false
  form.addEventListener('submit', (event) => {
    if (isSent) event.preventDefault()
    isSent = true
  })
  addEventListener('pageshow', () => {
    isSent = false
  })
}

/** Sends the form with the last digit of the code. */
function sendWhenFull(form) {
  const field = form.elements.namedItem('code')
  const isFull = () =>
    new RegExp(`^\\d{${form.dataset.submit}}$`).test(field.value.replace(/[\s-]/g, ''))
  field.addEventListener('input', () => {
    if (isFull()) form.requestSubmit()
  })
}

/** Takes the code out of a text message, where the browser can (WebOTP). */
async function takeFromMessage(field) {
  const ended = new AbortController()
  field.form.addEventListener('submit', () => {
    ended.abort()
  })
  try {
    const message = await navigator.credentials.get({
      otp: { transport: ['sms'] },
      signal: ended.signal,
    })
    if (!message) return
    field.value = message.code
    field.form.requestSubmit()
  } catch {
    // No message came, or the user typed the code.
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy)
  const items = [...source.querySelectorAll('li')]
  await navigator.clipboard.writeText(
    items.length > 0 ? items.map((item) => item.textContent.trim()).join('\n') : source.textContent,
  )
  const name = button.textContent
  button.textContent = 'Copied'
  setTimeout(() => {
    button.textContent = name
  }, 2000)
}

for (const time of document.querySelectorAll('time[data-show]')) showTime(time)
for (const form of document.querySelectorAll('form[method="post"]')) sendOnce(form)
for (const form of document.querySelectorAll('form[data-submit]')) sendWhenFull(form)
for (const button of document.querySelectorAll('[data-copy]'))
  button.addEventListener('click', () => {
    void copy(button)
  })
for (const button of document.querySelectorAll('[data-print]'))
  button.addEventListener('click', () => {
    print()
  })

const oneTimeCode = document.querySelector('input[autocomplete="one-time-code"]')
if (oneTimeCode && 'OTPCredential' in window) void takeFromMessage(oneTimeCode)
// A field that is wrong gets the focus by itself, a little later; a sentence without a field gets
// it here.
if (!document.querySelector('[autofocus]')) document.querySelector('[role="alert"]')?.focus()
