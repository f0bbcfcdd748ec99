import type { people as zh } from '../zh/people.ts'

export const people: Record<keyof typeof zh, string> = {
  'entry.title': 'Welcome back',
  'entry.spent': 'This link has been used or has run out. Please ask the committee for a new one.',
  'entry.person': 'You are {name} ({post})',
  'entry.door': 'This slip belongs to building {building}, flat {door}',
  'entry.doorHint':
    'Press once and this phone knows your door: you can second a matter, join a meeting and vote. No sign-up, no phone number.',
  'entry.go': 'That is me, go in',
  'sessions.title': 'Devices that act as you',
  'sessions.hint': 'If you see one you do not know, sign it out.',
  'sessions.this': 'This device',
  'sessions.other': 'Another device',
  'sessions.unknown': 'Unknown device',
  'sessions.seen': 'Last used {at}',
  'sessions.end': 'Sign it out',
  'sessions.leave': 'Sign out on this device',
  'journal.entry.issued': 'An entrance link was issued',
  'journal.entry.used': 'Came in by a link',
  'journal.entry.revoked': 'Entrances were withdrawn',
}
