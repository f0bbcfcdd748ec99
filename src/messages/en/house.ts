import type { house as zh } from '../zh/house.ts'

export const house: Record<keyof typeof zh, string> = {
  'error.notFound': 'There is no such page, or it is not open to you.',
  'error.notAllowed': 'This page is for people with a role here. Please come in by the link the committee gave you.',
  'error.foreign': 'This request did not come from one of our own pages, so nothing was done. Go back and try again.',
  'error.stale': 'This page has been open too long. Refresh it and send again; what you wrote is still there.',
  'error.tooLarge': 'That file is too large. Please choose a photo under 10 MB.',
  'error.notImage': 'That file is not a photo. Please choose a JPG, PNG or WebP picture.',
  'error.tooMany': 'That was a bit fast. Please wait a moment and try again.',
  'error.malformed': 'We could not read what was sent, so nothing was saved. Go back and try again.',
  'error.busy':
    'Many people are here right now and this did not go through. What you wrote is still there; try again in a few seconds.',
  'error.ours': 'The mistake is ours and nothing was saved. Please tell the committee the number below.',
  'error.home': 'Back to the home page',
  'form.missing': 'Please fill this in',
  'form.long': 'That is too long; please shorten it',
  'form.wrong': 'That does not fit here; please choose again',
  'form.characters': 'There are characters in it that cannot be used; please remove them',
  'form.phone': 'That phone number does not look right. You can also leave it empty',
  'form.date': 'That date does not look right; please choose again',
}
