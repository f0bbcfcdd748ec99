import fc from 'fast-check'
import t from 'tap'
import { filingNumber, filingStates, maskPhone, whyNotDecide, whyNotWithdraw } from '../../src/listen/filings/rules.ts'
import { issueStates } from '../../src/listen/issues/rules.ts'

t.test('a number is quoted with the year the resident lived in when she filed', async (t) => {
  t.equal(filingNumber('WT', new Date('2026-11-24T02:00:00Z'), 147), 'WT-2026-0147')
  t.equal(
    filingNumber('WT', new Date('2026-12-31T16:30:00Z'), 7),
    'WT-2027-0007',
    'it was already New Year in Shanghai',
  )
  t.equal(filingNumber('WT', new Date('2026-11-24T02:00:00Z'), 12_345), 'WT-2026-12345')
})

t.test('a masked phone shows its last four digits and never the middle', async (t) => {
  t.equal(maskPhone('13812341234'), '138****1234')
  t.equal(maskPhone('+8613812341234'), '138****1234')
  t.equal(maskPhone('8613812341234'), '138****1234')
  t.equal(maskPhone('02155550123'), '021****0123')
  t.equal(maskPhone('55550123'), '****0123')
  fc.assert(
    fc.property(fc.stringMatching(/^\d{7,13}$/), (digits) => {
      const shown = maskPhone(digits).replaceAll('*', '')
      return shown.length <= digits.length - 3 && digits.endsWith(shown.slice(-4))
    }),
  )
})

t.test('nobody decides what changed under her eyes, what is settled, or what was taken back', async (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom(...filingStates),
      fc.constantFrom(...filingStates),
      fc.boolean(),
      (state, seen, chair) => {
        const may = whyNotDecide(state, seen, chair) === null
        return (
          !may || (state === seen && state !== 'accepted' && state !== 'withdrawn' && (state !== 'declined' || chair))
        )
      },
    ),
  )
  t.equal(whyNotDecide('submitted', 'submitted', false), null)
  t.equal(whyNotDecide('declined', 'declined', true), null)
})

t.test('words are taken back until there is a vote', async (t) => {
  const before = ['accepted', 'assigned', 'pooled', 'referred', 'in_progress', 'on_agenda']
  for (const state of issueStates) t.equal(whyNotWithdraw('accepted', state) === null, before.includes(state), state)
  t.equal(whyNotWithdraw('submitted', null), null)
  t.equal(whyNotWithdraw('declined', null), 'filings.over')
})
