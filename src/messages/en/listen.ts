import type { listen as zh } from '../zh/listen.ts'

export const listen: Record<keyof typeof zh, string> = {
  'issues.cannotMove':
    'This cannot be done to the matter right now; somebody may just have moved it. Refresh and look again.',
  'tell.filed': '[Wutong] We have your report no. {no}. You will hear within one working day. Follow it: {link}',
}
