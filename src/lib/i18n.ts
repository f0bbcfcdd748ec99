import { en } from '../messages/en.ts'
import { type MessageKey, zh } from '../messages/zh.ts'

export type { MessageKey }
export const locales = { zh, en }
export type Locale = keyof typeof locales
export type Values = Record<string, string | number>
export type T = (key: MessageKey, values?: Values) => string

const translators = { zh: makeTranslator('zh'), en: makeTranslator('en') }
export const translator = (locale: Locale): T => translators[locale]

/** A message key where a library wants a string (zod), so a typo still fails to compile. */
export const says = (key: MessageKey): string => key

/** Whether a text from a validator is one of our messages; anything else is a library speaking English. */
export const isMessage = (text: string): text is MessageKey => Object.hasOwn(zh, text)

/** Two languages, one grammar: `{n}` is the value, `{n?household:households}` the word that goes with it. */
const slot = /\{(\w+)(?:\?([^:}]*):([^}]*))?\}/g

function makeTranslator(locale: Locale): T {
  const messages: Record<MessageKey, string> = locales[locale]
  return (key, values) => {
    const message = messages[key]
    if (message === undefined) throw new Error(`no message ${key}`)
    if (!message.includes('{')) return message
    return message.replace(slot, (whole, name: string, one?: string, many?: string) => {
      const value = values?.[name]
      if (one !== undefined && many !== undefined) return Number(value) === 1 ? one : many
      return value === undefined ? whole : String(value)
    })
  }
}
