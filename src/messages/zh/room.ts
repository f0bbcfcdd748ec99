/** 会场: the meeting room's three pages, for the phone, the chair and the wall. */
export const room = {} as const
